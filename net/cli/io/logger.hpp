#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/ports.hpp"
#include "net/cli/io/log_queue.hpp"

namespace allot::program {

struct LogField {
    LogField(std::string_view name, std::string_view text) : key{name}, value{text} {}
    LogField(std::string_view name, std::integral auto number)
        : key{name}, value{std::to_string(number)} {}

    std::string_view key;
    std::string value;
};

/// Writes events as logfmt, a line each: `ts=… level=info msg="…" key=value`. Nothing in a value
/// can end the line or look like another key. Every member function may be called from any thread.
class Logger {
public:
    enum class Terminal : bool { no, yes };

    /// A logger that waits until each line is written. A line that cannot be written is lost; the
    /// next one is tried nevertheless.
    /// \param terminal yes: a line first clears what a progress bar has left there.
    Logger(std::ostream& to, Clock& clock, Terminal terminal = Terminal::no);
    /// A logger that never waits: see LogQueue. \param to outlives it.
    Logger(LogQueue& to, Clock& clock, Terminal terminal = Terminal::no);

    void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write("info", message, fields);
    }
    void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write("warning", message, fields);
    }
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write("error", message, fields);
    }

private:
    void write(std::string_view level, std::string_view message,
               std::initializer_list<LogField> fields);

    std::function<void(std::string_view line)> write_line_;
    Clock& clock_;
    Terminal terminal_;
};

/// Returns a line of the log with the number of lost lines.
[[nodiscard]] std::string lost_log_lines(std::uint64_t lines);

/// `2026-01-31T23:59:59.123Z`
[[nodiscard]] std::string utc_timestamp(UnixMicros at);

}  // namespace allot::program

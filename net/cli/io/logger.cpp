#include "net/cli/io/logger.hpp"

#include <array>
#include <ctime>
#include <memory>
#include <ostream>

#include "net/cli/io/progress_bar.hpp"
#include "net/text/escape.hpp"
#include "storage/io/system_clock.hpp"

namespace allot::program {
namespace {

void append_value(std::string& line, std::string_view value) {
    const std::string safe = escaped(value);
    const bool bare = !safe.empty() && safe.find_first_of(" =\\") == std::string::npos;
    line += bare ? safe : '"' + safe + '"';
}

std::string log_line(UnixMicros at, std::string_view level, std::string_view message,
                     std::initializer_list<LogField> fields) {
    std::string line = "ts=" + utc_timestamp(at) + " level=" + std::string{level} + " msg=";
    append_value(line, message);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    line += '\n';
    return line;
}

}  // namespace

std::string utc_timestamp(UnixMicros at) {
    constexpr UnixMicros second = 1'000'000;
    const UnixMicros micros = ((at % second) + second) % second;
    const auto seconds = static_cast<std::time_t>((at - micros) / second);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    const std::string millis = std::to_string(1000 + micros / 1000);  // its 1 pads with zeros
    return std::string{text.data(), size} + millis.substr(1) + 'Z';
}

Logger::Logger(std::ostream& to, Clock& clock, Terminal terminal)
    : write_line_{[&to, mutex = std::make_shared<std::mutex>()](std::string_view line) {
          const std::scoped_lock lock{*mutex};
          to.clear();  // of an earlier write that failed
          to << line << std::flush;
      }},
      clock_{clock},
      terminal_{terminal} {}

Logger::Logger(LogQueue& to, Clock& clock, Terminal terminal)
    : write_line_{[&to](std::string_view line) { to.add(line); }},
      clock_{clock},
      terminal_{terminal} {}

void Logger::write(std::string_view level, std::string_view message,
                   std::initializer_list<LogField> fields) {
    const std::string line = log_line(clock_.now(), level, message, fields);
    write_line_(terminal_ == Terminal::yes ? std::string{clear_line} + line : line);
}

std::string lost_log_lines(std::uint64_t lines) {
    return log_line(
        SystemClock{}.now(), "warning",
        std::to_string(lines) + (lines == 1 ? " log line was lost" : " log lines were lost"), {});
}

}  // namespace allot::program

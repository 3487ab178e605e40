#include "net/program/logger.hpp"

#include <array>
#include <ctime>
#include <ostream>

#include "net/program/escape.hpp"
#include "net/program/progress_bar.hpp"

namespace allot::program {
namespace {

void append_value(std::string& line, std::string_view value) {
    const std::string safe = escaped(value);
    const bool bare = !safe.empty() && safe.find_first_of(" =\\") == std::string::npos;
    line += bare ? safe : '"' + safe + '"';
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

void Logger::write(std::string_view level, std::string_view message,
                   std::initializer_list<LogField> fields) {
    std::string line = terminal_ == Terminal::yes ? std::string{clear_line} : std::string{};
    line += "ts=" + utc_timestamp(clock_.now()) + " level=" + std::string{level} + " msg=";
    append_value(line, message);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    line += '\n';
    const std::scoped_lock lock{turn_};
    to_ << line << std::flush;
}

}  // namespace allot::program

#include "net/cli/settings/ini.hpp"

#include <algorithm>

#include "net/cli/io/encoding.hpp"
#include "net/cli/settings/usage_error.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

IniEntry read_line(std::string_view line, std::string_view file, std::uint32_t number) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        throw UsageError{escaped(file) + ':' + std::to_string(number) + ": '" +
                         escaped_short(line) + "': a line is 'key = value', or a comment after #"};
    }
    return {std::string{trimmed(line.substr(0, equals))},
            std::string{trimmed(line.substr(equals + 1))}, number};
}

}  // namespace

std::vector<IniEntry> read_ini(std::string_view file, std::string_view text) {
    if (is_wide_text(text)) {
        throw UsageError{escaped(file) +
                         ": is UTF-16, or has a zero byte; a configuration file is UTF-8"};
    }
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<IniEntry> entries;
    for (std::uint32_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        entries.push_back(read_line(line, file, number));
    }
    return entries;
}

bool is_ini_value(std::string_view value) {
    return value.find('\n') == std::string_view::npos && trimmed(value).size() == value.size();
}

}  // namespace allot::program

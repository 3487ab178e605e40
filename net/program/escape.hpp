#pragma once

#include <string>
#include <string_view>

namespace allot::program {

/// Makes text from outside fit for one line of a log, a message or a terminal: control characters,
/// line separators, backslashes, double quotes and bytes that are not UTF-8 become `\n`, `\r`,
/// `\t`, `\\`, `\"`, `\u{85}` or `\xFF`. All else stays as it is.
[[nodiscard]] std::string escaped(std::string_view text);

/// As escaped(), cut after 64 characters: a value in an error message.
[[nodiscard]] std::string escaped_short(std::string_view text);

}  // namespace allot::program

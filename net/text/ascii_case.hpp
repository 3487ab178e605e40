#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace allot {

/// Changes letters A to Z only.
[[nodiscard]] constexpr char lower_case(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] inline std::string lower_case(std::string_view text) {
    std::string lowered{text};
    for (char& c : lowered) c = lower_case(c);
    return lowered;
}
[[nodiscard]] inline std::string upper_case(std::string_view text) {
    std::string raised{text};
    for (char& c : raised) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    return raised;
}
/// Compares without regard to the case of ASCII letters.
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower_case(x) == lower_case(y); });
}

}  // namespace allot

#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace allot {

/// A decimal number and nothing else. \return nothing when it is none, or does not fit.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_int(std::string_view digits) noexcept {
    T number{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

/// Digits only: no sign, no space. \return nothing when it is none, or beyond `max`.
[[nodiscard]] inline std::optional<std::uint64_t> parse_uint(
    std::string_view digits, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
    const auto number = parse_int<std::uint64_t>(digits);
    return number && *number <= max ? number : std::nullopt;
}

/// \return 0..15, or -1.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace allot

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/digits.hpp"

namespace allot {

/// Reads digits, without sign or space. \return nothing for any other text, or a number above
/// `max`.
[[nodiscard]] inline std::optional<std::uint64_t> parse_uint(
    std::string_view digits, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
    const auto number = integer_in(digits);
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

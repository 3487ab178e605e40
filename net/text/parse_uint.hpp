#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace allot {

/// Digits only: no sign, no space. \return nothing when it is none, or beyond `max`.
[[nodiscard]] inline std::optional<std::uint64_t> parse_uint(
    std::string_view digits, std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) {
    std::uint64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end || number > max) return std::nullopt;
    return number;
}

}  // namespace allot

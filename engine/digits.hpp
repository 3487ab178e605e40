#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace allot {

/// Returns 16 lower-case hexadecimal digits.
[[nodiscard]] inline std::string hex(std::uint64_t value) {
    std::string digits(16, '0');
    for (auto at = digits.rbegin(); value != 0; value >>= 4U)
        *at++ = "0123456789abcdef"[value & 15U];
    return digits;
}

/// \return none unless the whole text is digits, after a minus sign if the type is signed, and the
/// number fits.
template <std::integral Integer = std::uint64_t>
[[nodiscard]] std::optional<Integer> integer_in(std::string_view digits, int base = 10) noexcept {
    Integer value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, base);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

}  // namespace allot

#pragma once

#include <cstdint>

namespace allot {

// Hashes, by multiplying and folding, for a FlatIndex of the store's own numbers, which no client
// chooses freely.

[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t number) noexcept {
    return number * 0x9E37'79B9'7F4A'7C15;
}
[[nodiscard]] constexpr std::uint64_t fold(std::uint64_t number) noexcept {
    number *= 0xD1B5'4A32'D192'ED03;
    return number ^ (number << 32U);
}

}  // namespace allot

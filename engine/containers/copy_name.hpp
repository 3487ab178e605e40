#pragma once

#include <cstddef>
#include <cstring>

namespace allot {

/// Copies the few bytes of a name in moves of 16, 8 or 4 bytes that may overlap, so that a later
/// copy in the same moves is served from the processor's store buffer. (Compilers turn a memcpy of
/// up to 64 bytes into a string instruction, which takes longer to start.)
inline void copy_name(char* to, const char* from, std::size_t bytes) noexcept {
    const auto copy_ends = [&]<std::size_t width> {
        std::memcpy(to, from, width);
        std::memcpy(to + bytes - width, from + bytes - width, width);
    };
    if (bytes >= 16) {
        std::memcpy(to, from, 16);
        for (std::size_t at = 16; at + 16 < bytes; at += 16) std::memcpy(to + at, from + at, 16);
        std::memcpy(to + bytes - 16, from + bytes - 16, 16);
    } else if (bytes >= 8) {
        copy_ends.operator()<8>();
    } else if (bytes >= 4) {
        copy_ends.operator()<4>();
    } else {
        for (std::size_t at = 0; at < bytes; ++at) to[at] = from[at];
    }
}

}  // namespace allot

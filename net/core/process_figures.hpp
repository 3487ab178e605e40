#pragma once

#include <cstdint>

namespace allot {

/// Figures of this process from the operating system; 0: unknown.
struct ProcessFigures {
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    double cpu_seconds = 0;  ///< user and system time of all threads
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptors_max = 0;

    [[nodiscard]] static ProcessFigures now();
};

}  // namespace allot

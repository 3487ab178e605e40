#pragma once

#include <cstdint>

namespace allot {

/// What the system knows of this process. 0 where it does not say.
struct ProcessFigures {
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    double cpu_seconds = 0;  ///< of all threads, the system's work for them included
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptors_max = 0;

    [[nodiscard]] static ProcessFigures now();
};

}  // namespace allot

#pragma once

#include <filesystem>

#include "storage/store.hpp"

namespace allot::testing {

/// Journal files of tests: as small as may be, because each is written in full when it is made.
inline constexpr std::uint64_t small_segment_bytes = 64ULL << 10U;

inline Store open_small(const std::filesystem::path& directory) {
    return Store::open(directory, {.segment_bytes = small_segment_bytes});
}

}  // namespace allot::testing

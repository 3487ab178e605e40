#pragma once

#include <filesystem>

#include "storage/store.hpp"

namespace allot::testing {

/// The smallest size of journal files, because each is written in full when it is created.
inline constexpr std::uint64_t small_segment_bytes = 64ULL << 10U;

inline Store open_small(const std::filesystem::path& directory) {
    return Store::open(directory, {.segment_bytes = small_segment_bytes});
}

}  // namespace allot::testing

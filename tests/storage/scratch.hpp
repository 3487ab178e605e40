#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "storage/store.hpp"
#include "tests/scratch_directory.hpp"

namespace allot::testing {

/// A new directory for each test, removed afterwards.
struct Scratch {
    const ScratchDirectory directory;
    const std::filesystem::path& path = directory.path();
};

using Bytes = std::vector<char>;

inline Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline void write_file(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline constexpr std::uint64_t small_segment = 64U << 10U;

/// Small segments, and snapshots only on command.
inline StoreOptions small_options(Durability::Mode mode = Durability::Mode::always) {
    StoreOptions options;
    options.durability = {mode,
                          std::chrono::milliseconds{mode == Durability::Mode::interval ? 5 : 0}};
    options.segment_bytes = small_segment;
    options.snapshot_every_bytes = 0;
    return options;
}

inline OrderLine line(const std::string& order, const std::string& sku, std::int64_t units) {
    return {OrderId::of(order).value(), Sku::of(sku).value(), Quantity::of(units).value()};
}

}  // namespace allot::testing

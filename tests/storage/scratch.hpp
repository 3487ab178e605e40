#pragma once

#include <unistd.h>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace allot::testing {

/// A directory of its own for each test, gone with it.
class Scratch {
public:
    Scratch()
        : path{std::filesystem::temp_directory_path() /
               ("allot-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count()))} {
        std::filesystem::create_directories(path);
    }
    ~Scratch() { std::filesystem::remove_all(path); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path path;

private:
    static std::atomic<int>& count() {
        static std::atomic<int> made;
        return made;
    }
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

/// Small segments, and no snapshot unless asked for.
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

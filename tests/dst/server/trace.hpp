#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace allot::testing {

/// A hash of events, in order.
class Trace {
public:
    void add(std::uint64_t number) noexcept { hash_ = XXH3_64bits_withSeed(&number, 8, hash_); }
    void add(std::string_view bytes) noexcept {
        hash_ = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash_);
    }
    [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = 0;
};

}  // namespace allot::testing

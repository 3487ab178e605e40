#pragma once

#include <boost/assert.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace allot {

/// The place of a record in its pool.
using Index = std::uint32_t;
inline constexpr Index no_index = 0xFFFF'FFFF;

/// Records of one type, found by a 32-bit index, in chunks that never move: growth costs one
/// chunk, never a copy. The place of an erased record is given out again, latest first.
template <class T>
class Pool {
public:
    /// \throws std::length_error beyond 2^32 - 1 records.
    template <class... Args>
    Index insert(Args&&... args) {
        if (!free_.empty()) {
            const Index at = free_.back();
            free_.pop_back();
            (*this)[at] = T{std::forward<Args>(args)...};
            return at;
        }
        if (size_ == no_index) throw std::length_error{"more than 2^32 - 1 records in a pool"};
        if (size_ % chunk_size == 0 && size_ / chunk_size == chunks_.size()) {
            chunks_.push_back(std::make_unique<T[]>(chunk_size));
        }
        const Index at = size_;
        (*this)[at] = T{std::forward<Args>(args)...};
        ++size_;
        return at;
    }

    void erase(Index at) {
        free_.push_back(at);
        (*this)[at] = T{};
    }

    [[nodiscard]] T& operator[](Index at) noexcept {
        return chunks_[at / chunk_size][at % chunk_size];
    }
    [[nodiscard]] const T& operator[](Index at) const noexcept {
        return chunks_[at / chunk_size][at % chunk_size];
    }

    /// Records held now.
    [[nodiscard]] std::size_t size() const noexcept { return size_ - free_.size(); }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return chunks_.size() * chunk_size * sizeof(T) + free_.capacity() * sizeof(Index);
    }

private:
    static constexpr Index chunk_size = 4096;

    std::vector<std::unique_ptr<T[]>> chunks_;
    std::vector<Index> free_;
    Index size_ = 0;  // places ever given out
};

}  // namespace allot

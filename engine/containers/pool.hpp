#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <stdexcept>
#include <utility>
#include <vector>

namespace allot {

/// The index of a record in its pool.
using Index = std::uint32_t;
inline constexpr Index no_index = 0xFFFF'FFFF;

/// Records of one type, addressed by a 32-bit index, in chunks that never move: growth allocates
/// one chunk and copies nothing. Slots of erased records are reused, the latest first.
template <class T>
class Pool {
public:
    explicit Pool(std::pmr::memory_resource* memory) noexcept : memory_{memory} {}
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        for (Index left = size_; T* const chunk : chunks_) {
            std::destroy_n(chunk, std::min(left, chunk_size));
            left -= std::min(left, chunk_size);
            memory_->deallocate(chunk, chunk_bytes, alignment);
        }
    }

    /// \throws std::length_error beyond 2^32 - 1 records.
    template <class... Args>
    Index insert(Args&&... args) {
        if (!free_.empty()) {
            const Index at = free_.back();
            (*this)[at] = T{std::forward<Args>(args)...};
            free_.pop_back();
            return at;
        }
        if (size_ == capacity_) add_chunk();
        std::construct_at(&(*this)[size_], std::forward<Args>(args)...);
        return size_++;
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

    /// The number of slots: every index is below it. The slot of an erased record holds a default
    /// record.
    [[nodiscard]] Index slots() const noexcept { return size_; }
    /// The number of records held.
    [[nodiscard]] std::size_t size() const noexcept { return size_ - free_.size(); }

    /// The memory in use, in bytes; the last chunk counts with the slots that were ever used.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return size_ * sizeof(T) + free_.capacity() * sizeof(Index);
    }

private:
    // One huge page.
    static constexpr std::size_t chunk_bytes = std::size_t{2} << 20U;
    static constexpr std::size_t alignment = 64;
    static constexpr Index chunk_size = chunk_bytes / sizeof(T);

    [[gnu::noinline]] void add_chunk() {
        if (size_ == no_index) throw std::length_error{"more than 2^32 - 1 records in a pool"};
        chunks_.reserve(chunks_.size() + 1);
        chunks_.push_back(static_cast<T*>(memory_->allocate(chunk_bytes, alignment)));
        capacity_ += std::min(no_index - capacity_, chunk_size);
    }

    std::pmr::memory_resource* memory_;
    std::vector<T*> chunks_;
    std::vector<Index> free_;
    Index size_ = 0;      // slots ever used
    Index capacity_ = 0;  // slots of all chunks
};

}  // namespace allot

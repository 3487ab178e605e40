#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "engine/pool.hpp"
#include "engine/prefetch.hpp"

namespace allot {

/// From a hash to the indices of records: open addressing with linear probing, eight bytes a slot
/// (32 bits of the hash beside the index, so that a probe seldom looks at a record), from one half,
/// once it has grown, to three quarters full. Records stand in the order of their hashes, so that
/// to grow is to read and write in sequence. An erased slot is closed up, so there are no
/// tombstones. The caller brings the hash, already well mixed, and the comparison; the same hash
/// must come with the same record.
class FlatIndex {
public:
    explicit FlatIndex(std::pmr::memory_resource* memory) : slots_{memory} {}

    /// \return the index of the record for which `equal(index)` holds, or no_index.
    template <class Equal>
    [[nodiscard]] Index find(std::uint64_t hash, Equal&& equal) const {
        if (slots_.empty()) return no_index;
        const auto tag = tag_of(hash);
        const Slot* const end = slots_.data() + slots_.size();
        for (const Slot* slot = slots_.data() + home_of(tag);;) {
            if (slot->index == no_index) return no_index;
            if (slot->tag == tag && equal(slot->index)) return slot->index;
            if (++slot == end) slot = slots_.data();
        }
    }

    /// \pre find() of the same record gives no_index.
    void insert(std::uint64_t hash, Index index) {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow();
        place({tag_of(hash), index});
        ++size_;
    }

    /// \pre the index was inserted under this hash.
    void erase(std::uint64_t hash, Index index) {
        std::size_t hole = home_of(tag_of(hash));
        while (slots_[hole].index != index) hole = next(hole);
        // Move back each follower whose home does not lie behind the hole.
        for (std::size_t at = next(hole); slots_[at].index != no_index; at = next(at)) {
            if (distance(home_of(slots_[at].tag), at) < distance(hole, at)) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole] = {};
        --size_;
    }

    /// \return the first record with this hash, or no_index: nearly always what find() gives.
    [[nodiscard]] Index likely(std::uint64_t hash) const noexcept {
        return find(hash, [](Index) { return true; });
    }

    /// Asks the processor for the slot that a find() with this hash will look at first.
    void prefetch(std::uint64_t hash) const noexcept {
        if (!slots_.empty()) allot::prefetch(slots_[home_of(tag_of(hash))]);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(Slot); }

private:
    struct alignas(8) Slot {
        std::uint32_t tag = 0;
        Index index = no_index;
    };

    static std::uint32_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32U);
    }
    /// The tag as a fraction of the table.
    [[nodiscard]] std::size_t home_of(std::uint32_t tag) const noexcept {
        return (std::uint64_t{tag} * slots_.size()) >> 32U;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
        return at + 1 == slots_.size() ? 0 : at + 1;
    }
    /// How many steps from one slot on to the other.
    [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
        return to >= from ? to - from : to + slots_.size() - from;
    }

    void place(Slot slot) noexcept {
        std::size_t at = home_of(slot.tag);
        while (slots_[at].index != no_index) at = next(at);
        slots_[at] = slot;
    }

    void grow() {
        const std::size_t size = std::max<std::size_t>(16, slots_.size() + slots_.size() / 2);
        std::pmr::vector<Slot> old(size, slots_.get_allocator());
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.index != no_index) place(slot);
        }
    }

    std::pmr::vector<Slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace allot

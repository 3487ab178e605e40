#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <type_traits>
#include <utility>

#include "engine/containers/pool.hpp"
#include "engine/containers/prefetch.hpp"

namespace allot {

/// The default hint: a slot holds nothing but the index of its record.
struct NoHint {};

/// Maps a hash to the indices of records: open addressing with linear probing. A slot takes eight
/// bytes (the index and 32 bits of the hash, so that a probe seldom reads a record) and those of a
/// hint. After growth the table is between half and three quarters full. Erasing closes the gap, so
/// there are no tombstones. The caller supplies the hash, well mixed and always the same for a
/// record, and the comparison.
///
/// No insertion waits for a table to be copied: the next table is allocated ahead of time, so that
/// its memory is ready, and each insertion moves a few slots to it, until all have moved. Records
/// are in the order of their hashes, so one number decides which have moved, and a lookup reads one
/// table. During growth both tables take memory.
template <class Hint = NoHint>
class FlatIndex {
public:
    struct alignas(std::is_empty_v<Hint> ? 8 : alignof(Index)) Slot {
        std::uint32_t tag = 0;
        Index index = no_index;
        [[no_unique_address]] Hint hint{};  ///< the index does not read it
        [[nodiscard]] bool empty() const noexcept { return index == no_index; }
    };

    static_assert(sizeof(Slot) == 8 + (std::is_empty_v<Hint> ? 0 : sizeof(Hint)));

    explicit FlatIndex(std::pmr::memory_resource* memory) noexcept
        : memory_{memory}, table_{memory, 0}, next_{memory, 0} {}

    /// \return the index of the record for which `equal(index)` holds, or no_index.
    template <class Equal>
    [[nodiscard]] Index find(std::uint64_t hash, Equal&& equal) const {
        return slot(hash, std::forward<Equal>(equal))->index;
    }
    /// \return the slot of that record, or else the empty one at which its search ended; valid
    /// until the next insert() or erase().
    template <class Equal>
    [[nodiscard]] Slot* slot(std::uint64_t hash, Equal&& equal) const {
        const auto tag = tag_of(hash);
        return table_of(tag).find(tag, std::forward<Equal>(equal));
    }

    /// \pre find() of the same record gives no_index.
    void insert(std::uint64_t hash, Index index) {
        if (size_ >= growth_from_) grow();
        const auto tag = tag_of(hash);
        table_of(tag).insert({tag, index, {}});
        ++size_;
    }
    /// \param empty slot() of the same record, and still valid: spares the search.
    void insert(std::uint64_t hash, Index index, Slot* empty) {
        if (size_ >= growth_from_) return insert(hash, index);
        *empty = {tag_of(hash), index, {}};
        ++size_;
    }

    /// \pre the index was inserted under this hash.
    void erase(std::uint64_t hash, Index index) {
        const auto tag = tag_of(hash);
        table_of(tag).erase(tag, index);
        --size_;
    }

    /// \return the first record with this hash, or no_index: nearly always what find() gives.
    [[nodiscard]] Index likely(std::uint64_t hash) const noexcept {
        return likely_slot(hash)->index;
    }

    /// \return the slot of likely(), or an empty one.
    [[nodiscard]] Slot* likely_slot(std::uint64_t hash) const noexcept {
        return slot(hash, [](Index) { return true; });
    }

    /// Prefetches the slot that a find() with this hash will read first.
    void prefetch(std::uint64_t hash) const noexcept {
        const auto tag = tag_of(hash);
        table_of(tag).prefetch(tag);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return table_.bytes() + next_.bytes(); }

private:
    /// Slots below a bound are initialized. The memory beyond it is untouched until records are
    /// stored there, so a large table costs nothing at first. One more slot at the end stays empty:
    /// a search looks for the end of the table only there.
    class Table {
    public:
        Table(std::pmr::memory_resource* memory, std::size_t size) : memory_{memory}, size_{size} {
            if (size != 0) slots_ = static_cast<Slot*>(memory->allocate(bytes(), alignof(Slot)));
        }
        Table(Table&& other) noexcept : memory_{other.memory_} { swap(other); }
        Table& operator=(Table&& other) noexcept {
            swap(other);
            return *this;
        }
        Table(const Table&) = delete;
        Table& operator=(const Table&) = delete;
        ~Table() {
            if (size_ != 0) memory_->deallocate(slots_, bytes(), alignof(Slot));
        }

        [[nodiscard]] std::size_t size() const noexcept { return size_; }
        [[nodiscard]] std::size_t bytes() const noexcept {
            return size_ == 0 ? 0 : (size_ + 1) * sizeof(Slot);
        }
        [[nodiscard]] const Slot& operator[](std::size_t at) const noexcept { return slots_[at]; }
        /// The tag as a fraction of the table.
        [[nodiscard]] std::size_t home_of(std::uint64_t tag) const noexcept {
            return (tag * size_) >> 32U;
        }
        /// The first tag whose home is not before `home`.
        [[nodiscard]] std::uint64_t first_tag_at(std::size_t home) const noexcept {
            return ((std::uint64_t{home} << 32U) + size_ - 1) / size_;
        }
        void prefetch(std::uint32_t tag) const noexcept { allot::prefetch(slots_[home_of(tag)]); }

        /// \return the record's slot, or the empty one after all in which it could be.
        template <class Equal>
        [[nodiscard]] Slot* find(std::uint32_t tag, Equal&& equal) const {
            for (Slot* slot = slots_ + home_of(tag);; slot = slots_) {
                for (; !slot->empty(); ++slot) {
                    if (slot->tag == tag && equal(slot->index)) return slot;
                }
                if (slot != slots_ + size_ || size_ == 0) return slot;
            }
        }

        /// \pre use_up_to() was called for the slot's home.
        void insert(const Slot& slot) noexcept {
            Slot* const at = find(slot.tag, [](Index) { return false; });
            use_up_to(static_cast<std::size_t>(at - slots_) + 1);
            *at = slot;
        }

        void erase(std::uint32_t tag, Index index) noexcept {
            std::size_t hole = home_of(tag);
            // A moved slot keeps its contents, and another record may have its index now.
            while (slots_[hole].index != index || slots_[hole].tag != tag) hole = next(hole);
            // Move each following record back to the hole, unless its home is after the hole.
            for (std::size_t at = next(hole); !slots_[at].empty(); at = next(at)) {
                if (distance(home_of(slots_[at].tag), at) < distance(hole, at)) continue;
                slots_[hole] = slots_[at];
                hole = at;
            }
            slots_[hole] = {};
        }

        /// Initializes the first `count` slots, and an empty one after them, so that every probe
        /// ends.
        void use_up_to(std::size_t count) noexcept {
            if (count < used_ || used_ == size_) return;
            constexpr std::size_t more = 512;  // four kibibytes
            const std::size_t used = std::min(size_, count + more);
            std::uninitialized_fill(slots_ + used_, slots_ + used + (used == size_ ? 1 : 0),
                                    Slot{});
            used_ = used;
        }

    private:
        void swap(Table& other) noexcept {
            std::swap(memory_, other.memory_);
            std::swap(slots_, other.slots_);
            std::swap(size_, other.size_);
            std::swap(used_, other.used_);
        }
        [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
            return at + 1 == size_ ? 0 : at + 1;
        }
        /// The number of steps from one slot forward to the other.
        [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
            return to >= from ? to - from : to + size_ - from;
        }

        static inline Slot none{};  // of a table of no size

        std::pmr::memory_resource* memory_;
        Slot* slots_ = &none;
        std::size_t size_ = 0;
        std::size_t used_ = 0;
    };

    static std::uint32_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32U);
    }
    [[nodiscard]] const Table& table_of(std::uint32_t tag) const noexcept {
        return tag < moved_tags_ ? next_ : table_;
    }
    [[nodiscard]] Table& table_of(std::uint32_t tag) noexcept {
        return tag < moved_tags_ ? next_ : table_;
    }

    [[nodiscard]] bool is_growing() const noexcept { return next_.size() != 0; }

    [[gnu::noinline]] void grow() {
        if (!is_growing()) {
            begin_growth();
        } else if (moved_slots_ > 0 || (size_ + 1) * 4 > table_.size() * 3) {
            move_some();  // continues until all have moved, because moved slots take space
        }
    }

    void begin_growth() {
        growth_from_ = 0;
        next_ = {memory_, std::max<std::size_t>(16, table_.size() + table_.size() / 2)};
        if (table_.size() == 0) end_growth();
    }

    /// Moves records up to the end of a run, beyond which none of them has its home. Moved slots
    /// keep their contents, so that probes still reach the records after them.
    void move_some() {
        constexpr std::size_t slots = 16;  // so the old table is never more than 13/16 full
        std::size_t end = std::min(moved_slots_ + slots, table_.size());
        while (end < table_.size() && !table_[end - 1].empty()) ++end;
        const std::uint64_t tags = table_.first_tag_at(end);
        next_.use_up_to(next_.home_of(tags) + 1);
        std::size_t at = moved_slots_;
        // Records whose probes wrapped around the end are in the first run. They move last.
        const auto is_wrapped = [&](const Slot& slot) { return table_.home_of(slot.tag) > at; };
        if (at == 0) {
            for (; !table_[at].empty(); ++at) {
                if (!is_wrapped(table_[at])) next_.insert(table_[at]);
            }
        }
        for (; at < end; ++at) {
            if (!table_[at].empty()) next_.insert(table_[at]);
        }
        moved_slots_ = end;
        moved_tags_ = tags;
        if (end != table_.size()) return;
        for (at = 0; !table_[at].empty(); ++at) {
            if (is_wrapped(table_[at])) next_.insert(table_[at]);
        }
        end_growth();
    }

    void end_growth() noexcept {
        next_.use_up_to(next_.size());
        table_ = std::move(next_);
        next_ = {memory_, 0};
        moved_slots_ = 0;
        moved_tags_ = 0;
        growth_from_ = table_.size() * 47 / 64;
    }

    std::pmr::memory_resource* memory_;
    Table table_;
    Table next_;                    // during growth
    std::size_t moved_slots_ = 0;   // the first slots of table_, which have moved
    std::uint64_t moved_tags_ = 0;  // records with smaller tags are in next_
    std::size_t size_ = 0;
    std::size_t growth_from_ = 0;  // from this size an insertion begins or continues a growth
};

}  // namespace allot

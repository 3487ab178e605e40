#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>

#include "engine/batch.hpp"
#include "engine/containers/flat_index.hpp"
#include "engine/containers/pool.hpp"
#include "engine/containers/prefetch.hpp"
#include "engine/fact.hpp"
#include "engine/shortage_index.hpp"

namespace allot {

/// A line that a batch holds.
struct alignas(32) AllocatedLine {
    Lsn allocated_at = 0;  ///< its seniority, see LineAllocated; no two lines share one
    Index order = no_index;
    Index batch = no_index;
    std::uint32_t quantity = 0;
    Index earlier = no_index;        ///< the batch's previous line by seniority
    Index later = no_index;          ///< the batch's next line by seniority
    Index order_earlier = no_index;  ///< the order's line that was added before this one
};
static_assert(sizeof(AllocatedLine) == 32, "two to a cache line");

/// Tags of one byte for the lines of an order with up to four lines. A new line is nearly always
/// recognized by these bytes, without reading any other line. A tag is odd.
class LineTags {
public:
    /// \pre not disabled()
    [[nodiscard]] bool may_hold(std::uint8_t tag) const noexcept {
        // A byte of `differences` is zero where the byte equals the tag (Hacker's Delight, 6-1).
        const std::uint32_t differences = tags_ ^ ones * tag;
        return ((differences - ones) & ~differences & ones << 7U) != 0;
    }
    [[nodiscard]] bool full() const noexcept { return tags_ >> 24U != 0; }
    /// \pre neither full() nor disabled()
    void add(std::uint8_t tag) noexcept { tags_ = tags_ << 8U | tag; }
    void clear() noexcept { tags_ = 0; }

    void disable() noexcept { tags_ = no_tags; }
    [[nodiscard]] bool disabled() const noexcept { return tags_ == no_tags; }

private:
    static constexpr std::uint32_t ones = 0x0101'0101;
    static constexpr std::uint32_t no_tags = 2;

    std::uint32_t tags_ = 0;
};

/// An order with at least one line allocated.
struct alignas(32) Order {
    Order() noexcept = default;  // a free slot of a pool
    explicit Order(OrderIdView name) : id{name.view()} {}

    CompactName id{};
    LineTags tags{};               ///< disabled: the lines are indexed, see Ledger::line_index_
    Index latest_line = no_index;  ///< the line added last; `order_earlier` links to the others
};
static_assert(sizeof(Order) == 32, "two to a cache line, and an allocation has mostly its own");

/// The slot of an order in the ledger's index, or the empty one at which it would be inserted;
/// valid until the state changes.
struct OrderSlot {
    std::uint64_t hash = 0;  ///< the hash of its id
    FlatIndex<>::Slot* slot = nullptr;

    /// no_index: no line of it is allocated.
    [[nodiscard]] Index at() const noexcept { return slot->index; }
};

/// The position of a line on a batch: the lines before and after it, by seniority.
struct LinePosition {
    Index batch = no_index;
    Index earlier = no_index;
    Index later = no_index;
};

/// The batches and allocated lines of all products of a store, in flat pools and indices, because a
/// store holds millions: small containers in each product would cost more memory and time. The
/// ledger finds batches by reference, and lines by order, product and quantity. Product decides
/// which batch takes a line; only Product calls functions that are not const.
class Ledger {
public:
    /// \param hash_seed keeps a client from choosing names that collide. No decision depends on it.
    /// \param memory allocates pools and indices; outlives the ledger.
    Ledger(std::uint64_t hash_seed, std::pmr::memory_resource* memory)
        : seed_{hash_seed},
          batches_{memory},
          orders_{memory},
          lines_{memory},
          batch_index_{memory},
          order_index_{memory},
          line_index_{memory},
          shortages_{memory} {}
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    [[nodiscard]] std::uint64_t hash(std::string_view name) const noexcept;

    // Hints: see Repository::look_up().
    void prefetch_order_slot(std::uint64_t hash) const noexcept { order_index_.prefetch(hash); }
    void prefetch_order(std::uint64_t hash) const noexcept {
        const Index likely = order_index_.likely(hash);
        if (likely != no_index) prefetch(orders_[likely]);
    }
    void prefetch_batch(Index batch) const noexcept { prefetch(batches_[batch]); }
    void prefetch_line(Index line) const noexcept {
        if (line != no_index) prefetch(lines_[line]);
    }
    void prefetch_order_id(const AllocatedLine& line) const noexcept {
        prefetch(orders_[line.order].id);
    }

    // Batches
    /// \return no_index when no batch has this reference.
    [[nodiscard]] Index find_batch(std::string_view ref) const;
    [[nodiscard]] const Batch& batch(Index at) const noexcept { return batches_[at]; }
    /// \pre the reference is free.
    Index add_batch(BatchRefView ref, Index product, Rank rank, Purchased purchased);
    /// \pre the batch holds no line.
    void remove_batch(Index batch);
    void reschedule(Index batch, Eta eta) noexcept { batches_[batch].rank_.eta = eta; }
    /// \pre `purchased` covers what is allocated.
    void set_purchased(Index batch, Purchased purchased) noexcept;

    // Lines
    /// \param id_hash hash() of the id.
    [[nodiscard]] OrderSlot find_order(OrderIdView order, std::uint64_t id_hash) const {
        const std::string_view id = order.view();
        return {id_hash, order_index_.slot(id_hash, [&](Index at) {
                    return std::ranges::equal(orders_[at].id.view(), id);
                })};
    }
    [[nodiscard]] OrderSlot find_order(OrderIdView order) const {
        return find_order(order, hash(order.view()));
    }
    /// \return no_index when no batch of the product holds this line.
    [[nodiscard]] Index find_line(OrderSlot order, Index product, Quantity quantity) const;
    [[nodiscard]] Index find_line(OrderIdView order, Index product, Quantity quantity) const {
        return find_line(find_order(order), product, quantity);
    }
    [[nodiscard]] const AllocatedLine& line(Index at) const noexcept { return lines_[at]; }
    [[nodiscard]] Index product_of(const AllocatedLine& line) const noexcept {
        return batches_[line.batch].product();
    }
    [[nodiscard]] std::string_view order_id(const AllocatedLine& line) const noexcept {
        return orders_[line.order].id.view();
    }
    /// The lines of a batch by seniority: from the latest by `earlier`, from the first by `later`.
    [[nodiscard]] Index latest_line(Index batch) const noexcept {
        return batches_[batch].last_line_;
    }
    [[nodiscard]] Index first_line(Index batch) const noexcept {
        return batches_[batch].first_line_;
    }
    /// Finds the position of a line of this seniority on a batch. Takes constant time for a line
    /// that follows all others; otherwise time in proportion to the number of lines between the
    /// position and the nearer of two points: the last insertion of add_line() on this batch, and
    /// the batch's end. So moved lines that come in order of seniority are merged in one pass.
    /// \return none when a line of the batch has this seniority.
    [[nodiscard]] std::optional<LinePosition> find_position(Index batch, Lsn seniority) const {
        const Index last = latest_line(batch);
        if (last == no_index || lines_[last].allocated_at < seniority) {
            return LinePosition{batch, last, no_index};
        }
        return find_earlier_position(batch, seniority);
    }
    /// Adds a line to a batch.
    /// \pre the batch has enough available, no batch of its product holds the line, and `slot` and
    /// `position` are the results of find_order() and find_position().
    void add_line(OrderIdView order, OrderSlot slot, const LinePosition& position,
                  Quantity quantity, Lsn seniority);
    void release(Index line);
    /// The allocated lines of one order, over all products, in the order of their seniority.
    [[nodiscard]] boost::container::small_vector<Index, 16> lines_of(OrderIdView order) const;

    // Shortages
    [[nodiscard]] const ShortageIndex& shortages() const noexcept { return shortages_; }
    [[nodiscard]] ShortageIndex& shortages() noexcept { return shortages_; }

    /// The number of slots: an index of a batch or line is below it. A record keeps its index; a
    /// free slot holds a batch of no product, or a line on no batch.
    [[nodiscard]] Index batch_slots() const noexcept { return batches_.slots(); }
    [[nodiscard]] Index line_slots() const noexcept { return lines_.slots(); }

    [[nodiscard]] std::size_t batch_count() const noexcept { return batches_.size(); }
    [[nodiscard]] std::size_t line_count() const noexcept { return lines_.size(); }
    [[nodiscard]] std::size_t order_count() const noexcept { return orders_.size(); }
    /// Memory held, in bytes, without names longer than 23 bytes.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    [[nodiscard]] static std::uint64_t line_hash(Index order, Index product,
                                                 std::uint32_t quantity) noexcept;
    [[nodiscard]] std::optional<LinePosition> find_earlier_position(Index batch,
                                                                    Lsn seniority) const;
    [[nodiscard]] Index last_before(const Batch& batch, Index near, Lsn seniority) const;
    void remember(Index batch, Index line);
    [[nodiscard]] Index at_or_added(OrderSlot slot, OrderIdView order);
    void index_lines(Order& order);
    void unlink_order(Index line);
    void unlink_batch(Index line) noexcept;
    [[nodiscard]] Index later_in_order(Index line) const;
    [[nodiscard]] std::uint64_t hash_of(Index line) const noexcept;

    std::uint64_t seed_;
    Pool<Batch> batches_;
    Pool<Order> orders_;
    Pool<AllocatedLine> lines_;
    FlatIndex<> batch_index_;
    FlatIndex<> order_index_;
    /// Maps each line of an order with more than four lines to the line added next, whose
    /// `order_earlier` is the key, so a lookup yields both. The order's latest line is not in the
    /// index.
    FlatIndex<> line_index_;
    /// Maps a batch to the line that was last inserted between two others, where find_position()
    /// begins its next search. The line may have been released or moved since. No decision depends
    /// on it.
    boost::unordered_flat_map<Index, Index> last_inserted_;
    ShortageIndex shortages_;
};

}  // namespace allot

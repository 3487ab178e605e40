#pragma once

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
#include "engine/shortage_book.hpp"

namespace allot {

/// A line that a batch holds.
struct alignas(32) AllocatedLine {
    Lsn allocated_at = 0;  ///< its seniority, see LineAllocated; no two lines share one
    Index order = no_index;
    Index batch = no_index;
    std::uint32_t quantity = 0;
    Index earlier = no_index;        ///< the batch's line that comes before this one by seniority
    Index later = no_index;          ///< and the one after
    Index order_earlier = no_index;  ///< the order's line entered before this one
};
static_assert(sizeof(AllocatedLine) == 32, "two to a cache line");

/// A byte for each line of an order, by which a line that is not among them is told, nearly always,
/// without a look at any of them; until there are more lines than four. A tag is odd.
class LineTags {
public:
    /// \pre not given_up()
    [[nodiscard]] bool may_hold(std::uint8_t tag) const noexcept {
        // A byte of `differences` is zero where the tag stands (Hacker's Delight, 6-1).
        const std::uint32_t differences = tags_ ^ ones * tag;
        return ((differences - ones) & ~differences & ones << 7U) != 0;
    }
    [[nodiscard]] bool full() const noexcept { return tags_ >> 24U != 0; }
    /// \pre neither full() nor given_up()
    void add(std::uint8_t tag) noexcept { tags_ = tags_ << 8U | tag; }
    void clear() noexcept { tags_ = 0; }

    void give_up() noexcept { tags_ = no_tags; }
    [[nodiscard]] bool given_up() const noexcept { return tags_ == no_tags; }

private:
    static constexpr std::uint32_t ones = 0x0101'0101;
    static constexpr std::uint32_t no_tags = 2;

    std::uint32_t tags_ = 0;
};

/// An order, as long as a line of it is allocated.
struct alignas(32) Order {
    CompactName id{};
    LineTags tags{};               ///< given up: the lines are indexed, see Ledger::line_index_
    Index latest_line = no_index;  ///< that was entered; from it to the others: `order_earlier`
};
static_assert(sizeof(Order) == 32, "two to a cache line, and an allocation has mostly its own");

/// Where an order is in the book, and would be entered.
struct OrderSlot {
    std::uint64_t hash = 0;  ///< of its id
    Index at = no_index;     ///< no_index: no line of it is allocated
};

/// Where a line is on a batch, or would be booked: between two others, by seniority.
struct LinePosition {
    Index batch = no_index;
    Index earlier = no_index;
    Index later = no_index;
};

/// The book in which all products of a store keep their batches and allocated lines: flat pools
/// and indices instead of a few small containers a product, because a store holds millions.
/// It keeps what it is told, by reference, by line and by order. Which batch takes a line is
/// decided in Product; nothing outside Product calls a function here that is not const.
class Ledger {
public:
    /// \param hash_seed keeps a client from choosing names that collide. No decision depends on it.
    /// \param memory where its pools and indices are; it outlives the ledger.
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

    // Hints: see Repository::prefetch_lines().
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
    Index add_batch(const BatchRef& ref, Index product, Rank rank, Purchased purchased);
    /// \pre the batch holds no line.
    void remove_batch(Index batch);
    void reschedule(Index batch, Eta eta) noexcept { batches_[batch].rank_.eta = eta; }
    /// \pre `purchased` covers what is allocated.
    void set_purchased(Index batch, Purchased purchased) noexcept;

    // Lines
    [[nodiscard]] OrderSlot find_order(const OrderId& order) const;
    /// \return no_index when no batch of the product holds this line.
    [[nodiscard]] Index find_line(OrderSlot order, Index product, Quantity quantity) const;
    [[nodiscard]] Index find_line(const OrderId& order, Index product, Quantity quantity) const {
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
    /// Finds where a line of this seniority belongs on a batch: at once for one that comes after
    /// all others; else in time in proportion to the lines between that position and the one where
    /// add_line() last put such a line on this batch, or the batch's end, whichever is nearer. So
    /// moved lines that come from the oldest on are merged in one walk over the batch's lines.
    /// \return none when a line of the batch has this seniority.
    [[nodiscard]] std::optional<LinePosition> find_position(Index batch, Lsn seniority) const;
    /// Books a line on a batch. \pre the batch has enough available, no batch of its product holds
    /// the line, and `slot` and `position` are what find_order() and find_position() give.
    void add_line(const OrderId& order, OrderSlot slot, const LinePosition& position,
                  Quantity quantity, Lsn seniority);
    void release(Index line);
    /// The allocated lines of one order, over all products, in the order of their seniority.
    [[nodiscard]] boost::container::small_vector<Index, 16> lines_of(const OrderId& order) const;

    // Shortages
    [[nodiscard]] const ShortageBook& shortages() const noexcept { return shortages_; }
    [[nodiscard]] ShortageBook& shortages() noexcept { return shortages_; }

    /// Places of batches and of lines are below these. What is at one stays there; a free one has a
    /// batch of no product, or a line on no batch.
    [[nodiscard]] Index batch_places() const noexcept { return batches_.places(); }
    [[nodiscard]] Index line_places() const noexcept { return lines_.places(); }

    [[nodiscard]] std::size_t batch_count() const noexcept { return batches_.size(); }
    [[nodiscard]] std::size_t line_count() const noexcept { return lines_.size(); }
    [[nodiscard]] std::size_t order_count() const noexcept { return orders_.size(); }
    /// Memory held, in bytes, longer names than 23 bytes aside.
    [[nodiscard]] std::size_t bytes() const noexcept;

private:
    [[nodiscard]] static std::uint64_t line_hash(Index order, Index product,
                                                 std::uint32_t quantity) noexcept;
    [[nodiscard]] Index last_before(const Batch& batch, Index near, Lsn seniority) const;
    void remember(Index batch, Index line);
    [[nodiscard]] Index at_or_added(OrderSlot slot, const OrderId& order);
    void link_order(Index line);
    void unlink_order(Index line);
    void unlink_batch(Index line) noexcept;
    [[nodiscard]] Index later_in_order(Index line) const;
    [[nodiscard]] std::uint64_t hash_of(Index line) const noexcept;
    [[nodiscard]] std::uint8_t tag_of(Index line) const noexcept;

    std::uint64_t seed_;
    Pool<Batch> batches_;
    Pool<Order> orders_;
    Pool<AllocatedLine> lines_;
    FlatIndex<> batch_index_;
    FlatIndex<> order_index_;
    /// From a line of an indexed order to the one that was entered after it, whose `order_earlier`
    /// it is: whoever has that has both. The latest, after which there is none, is not in it.
    FlatIndex<> line_index_;
    /// Of a batch the line that was last put between others, from where find_position() looks for
    /// the next one. It may be gone, or be another batch's by now. No decision depends on it.
    boost::unordered_flat_map<Index, Index> last_inserted_;
    ShortageBook shortages_;
};

}  // namespace allot

#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

#include "engine/containers/compact_name.hpp"
#include "engine/containers/flat_index.hpp"
#include "engine/containers/pool.hpp"
#include "engine/fact.hpp"

namespace allot {

/// A line that no batch could take, until it is allocated or withdrawn (R14).
struct alignas(64) Shortage {
    CompactName order{};
    Lsn since = 0;  ///< the LSN of the OutOfStock that recorded it
    std::uint32_t quantity = 0;
    Index product = no_index;
    Index of_product_next = no_index;  ///< the next shortage of the product, in no defined order
    Index of_product_previous = no_index;
    Index of_order_next = no_index;  ///< the next shortage of the order, likewise
    Index of_order_previous = no_index;
};
static_assert(sizeof(Shortage) == 64, "a shortage is a cache line");

/// A shortage that has ended, with everything that is needed to open it again.
struct EndedShortage {
    Lsn by;  ///< the LSN of the fact that ended it
    Shortage shortage;
};
/// The shortages that one unit of work has ended, in order.
using EndedShortages = boost::container::small_vector<EndedShortage, 1>;

/// The shortages of all products, by line, by product and by order. A shortage takes 64 bytes, and
/// at most 80 more in three indices; an order's id beyond 23 bytes is on the heap. Only Product
/// changes it.
class ShortageIndex {
public:
    /// An order: its id, and the ledger's hash of the id.
    struct OrderName {
        std::uint64_t hash;
        std::string_view id;
    };

    explicit ShortageIndex(std::pmr::memory_resource* memory)
        : shortages_{memory}, by_line_{memory}, by_product_{memory}, by_order_{memory} {}

    [[nodiscard]] const Shortage& operator[](Index at) const noexcept { return shortages_[at]; }
    /// \return no_index when the line is not short.
    [[nodiscard]] Index find(OrderName order, Index product, Quantity quantity) const;
    [[nodiscard]] bool has_any(Index product) const {
        return first_of_product(product) != no_index;
    }
    // Oldest first.
    using Indices = boost::container::small_vector<Index, 16>;
    [[nodiscard]] Indices of_product(Index product) const;
    [[nodiscard]] Indices of_order(OrderName order) const;
    [[nodiscard]] Indices all() const;

    /// Opens a shortage and sets its chains. \pre find() gives no_index.
    void open(std::uint64_t order_hash, Shortage shortage);
    /// \return the shortage, so that it can be opened again.
    Shortage close(std::uint64_t order_hash, Index at);

    [[nodiscard]] std::size_t size() const noexcept { return shortages_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept {
        return shortages_.bytes() + by_line_.bytes() + by_product_.bytes() + by_order_.bytes();
    }

private:
    [[nodiscard]] Index first_of_product(Index product) const;
    [[nodiscard]] Index first_of_order(OrderName order) const;
    [[nodiscard]] Indices chain(Index first, Index Shortage::*next) const;
    void sort(Indices& shortages) const;

    Pool<Shortage> shortages_;
    FlatIndex<> by_line_;
    FlatIndex<> by_product_;  // the first of each product's chain
    FlatIndex<> by_order_;    // the first of each order's chain
};

}  // namespace allot

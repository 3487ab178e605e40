#pragma once

#include <compare>
#include <cstdint>

#include "engine/containers/compact_name.hpp"
#include "engine/containers/pool.hpp"
#include "engine/eta.hpp"
#include "engine/fact.hpp"
#include "engine/quantity.hpp"

namespace allot {

/// The order of preference among batches (R1): the warehouse, then the earliest arrival, then the
/// batch that was added first.
struct Rank {
    Eta eta;
    Lsn added;  ///< the LSN of the fact that added the batch
    friend auto operator<=>(const Rank&, const Rank&) = default;
};

/// A quantity of one SKU, in the warehouse or arriving on a day. Its identity is its reference.
/// Only the Ledger changes a batch, on behalf of a Product's `apply` or `revert`.
class alignas(64) Batch {
public:
    Batch() noexcept = default;  // a free slot of a pool
    Batch(BatchRefView ref, Index product, Rank rank, Purchased purchased)
        : ref_{ref.view()},
          rank_{rank},
          purchased_{static_cast<std::uint32_t>(purchased.units())},
          available_{purchased_},
          product_{product} {}

    [[nodiscard]] BatchRefView ref() const noexcept { return BatchRefView::unchecked(ref_.view()); }
    [[nodiscard]] const Rank& rank() const noexcept { return rank_; }
    [[nodiscard]] Eta eta() const noexcept { return rank_.eta; }
    [[nodiscard]] std::int64_t purchased() const noexcept { return purchased_; }
    /// The units purchased less all units allocated (R3), 0..purchased.
    [[nodiscard]] std::int64_t available() const noexcept { return available_; }
    [[nodiscard]] Index product() const noexcept { return product_; }

    [[nodiscard]] bool can_allocate(Quantity quantity) const noexcept {
        return quantity.units() <= available_;
    }

private:
    friend class Ledger;

    CompactName ref_;
    Rank rank_{Eta::warehouse(), 0};
    std::uint32_t purchased_ = 0;
    std::uint32_t available_ = 0;
    Index product_ = no_index;
    Index first_line_ = no_index;  // its lines in the order of their allocation
    Index last_line_ = no_index;
};
static_assert(sizeof(Batch) == 64, "a batch is a cache line");

}  // namespace allot

#pragma once

#include <cstdint>
#include <string>

#include "engine/message_bus.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// Random commands, of few names and small numbers, so that they meet every rule soon: batches are
/// added, shrink, grow and move in time, orders of one or two lines are allocated, repeated and
/// deallocated; some of that in one transaction.
class Shopper {
public:
    /// \param skus to choose from: a snapshot of more than 32 is copied in several slices.
    Shopper(Random& random, std::uint64_t skus) : random_{random}, skus_{skus} {}

    /// One unit of work. \return the LSN that makes its answer certain.
    /// \throws std::system_error when the storage has failed.
    Lsn command(MessageBus& bus);

    /// Lines that a shrink released, and which were allocated again, or short, in the same unit.
    [[nodiscard]] std::uint64_t released() const noexcept { return released_; }

private:
    Lsn one_command(MessageBus& bus);
    std::int64_t pick(std::int64_t below);
    std::string numbered(const char* what, std::uint64_t below);
    Quantity quantity() { return Quantity::of(1 + pick(20)).value(); }
    Sku sku() { return Sku::of(numbered("sku-", skus_)).value(); }
    OrderId order() { return OrderId::of(numbered("order-", 30)).value(); }
    BatchRef batch() { return BatchRef::of(numbered("batch-", 2 * skus_ + 2)).value(); }
    Eta eta();

    Random& random_;
    std::uint64_t skus_;
    std::uint64_t released_ = 0;
};

}  // namespace allot::testing

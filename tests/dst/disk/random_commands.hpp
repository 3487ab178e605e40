#pragma once

#include <cstdint>
#include <string>

#include "engine/message_bus.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// Random commands with few names and small numbers, so that they soon exercise every rule: batches
/// are added, reduced, increased and rescheduled; orders of one or two lines are allocated,
/// repeated and deallocated; some commands share a transaction.
class RandomCommands {
public:
    /// \param skus to choose from: a snapshot of more than 32 is copied in several slices.
    RandomCommands(Random& random, std::uint64_t skus) : random_{random}, skus_{skus} {}

    /// Executes one unit of work. \return the LSN that makes its answer certain.
    /// \throws std::system_error when the storage has failed.
    Lsn command(MessageBus& bus);

    /// The number of lines that a reduced batch released.
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

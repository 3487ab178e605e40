#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "engine/state_hash.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// The hash of the state that a restart recovers from a directory.
inline std::uint64_t hash_of(FileSystem& files, const std::filesystem::path& directory) {
    return state_hash(*recover(files, directory, {}).repository);
}

/// The hash of a store's state after each unit of work. A copy of the store must have one of them.
/// Thread-safe.
class StateHashes {
public:
    void happened(Lsn last, std::uint64_t hash) {
        const std::scoped_lock lock{mutex_};
        hashes_[last] = hash;
    }
    /// \return the error of a state at this LSN; empty when it is right.
    [[nodiscard]] std::string judge(Lsn last, std::uint64_t hash) const {
        const std::scoped_lock lock{mutex_};
        const auto unit = hashes_.find(last);
        if (unit == hashes_.end()) return "half a unit: LSN " + std::to_string(last);
        return unit->second == hash ? "" : "another state at LSN " + std::to_string(last);
    }
    [[nodiscard]] bool has(Lsn last) const {
        const std::scoped_lock lock{mutex_};
        return hashes_.contains(last);
    }

private:
    mutable std::mutex mutex_;
    std::map<Lsn, std::uint64_t> hashes_;
};

/// Executes a random unit of work, mostly of several facts, and notes the state after it before any
/// part of it can be written. \return its LSN.
inline Lsn execute_random_unit(Store& store, Random& random, StateHashes& hashes) {
    const auto pick = [&](const char* what, std::uint64_t of) {
        return what + std::to_string(random() % of);
    };
    const auto sku = [&] { return Sku::of(pick("sku-", 4)).value(); };
    const auto units = [&] {
        return Quantity::of(1 + static_cast<std::int64_t>(random() % 9)).value();
    };
    const auto batch = [&] { return BatchRef::of(pick("batch-", 9)).value(); };
    const auto order = [&] { return OrderId::of(pick("order-", 40)).value(); };
    const std::scoped_lock lock{store.mutex()};
    MessageBus& bus = store.bus();
    Lsn last = 0;
    switch (random() % 6) {
        case 0:
            last = bus.handle(AddBatch{batch(), sku(), Quantity::of(60).value()}).lsn;
            break;
        case 1:
            last = bus.handle(ChangeBatchQuantity{
                                  batch(),
                                  Purchased::of(static_cast<std::int64_t>(random() % 80)).value()})
                       .lsn;
            break;
        case 2:
            last = bus.handle(Deallocate{order()}).lsn;
            break;
        default:
            last = bus.handle(AllocateOrder{order(), {{sku(), units()}, {sku(), units()}}}).lsn;
    }
    hashes.happened(store.journal().last(), state_hash(bus.repository()));
    return last;
}

}  // namespace allot::testing

#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "storage/store_core.hpp"
#include "tests/dst/disk/simulated_disk.hpp"

namespace allot::testing {

/// The directory of every simulated store.
inline const std::filesystem::path store_directory = "store";

/// Small segments, so that they are soon full; snapshots on command alone.
[[nodiscard]] StoreOptions tiny_options(Durability::Mode mode = Durability::Mode::always);

/// A store that a seed drives: it has no thread, and its time is a number. The same seed asks the
/// same operations of its disk, in the same order.
class SteppedStore {
public:
    /// What the store is at, for an observer of an operation of its disk.
    enum class Work : std::uint8_t { opening, journal, segment, snapshot };

    /// \throws as Store::open().
    SteppedStore(FileSystem& files, const StoreOptions& options, Random& random)
        : random_{random}, core_{files, store_directory, options, clock_} {
        work_ = Work::journal;
    }

    /// Uses the store with its mutex locked. \return what `use(MessageBus&)` does.
    template <class Use>
    auto with_bus(Use&& use) {
        const std::scoped_lock lock{core_.mutex};
        return use(core_.bus);
    }
    /// Lets some time go by, and does a piece of what there is to do, whatever it may be.
    void step();
    /// Steps until nothing is left to do but to wait for commands.
    void settle();
    /// Begins a snapshot, which the steps then take, unless one is being taken.
    void begin_snapshot();
    /// Closes cleanly, unless the storage has failed.
    void close();

    [[nodiscard]] StoreCore& core() noexcept { return core_; }
    [[nodiscard]] Work work() const noexcept { return work_; }
    [[nodiscard]] std::uint64_t snapshots() const noexcept { return snapshots_; }
    /// The last LSN that may not be lost: what was acknowledged, or synced for a snapshot.
    [[nodiscard]] Lsn floor() const noexcept;

private:
    enum class Stage : std::uint8_t { none, copying, syncing };
    class StoppedClock final : public Clock {
        [[nodiscard]] UnixMicros now() noexcept override { return 1'300'000'000'000'000; }
    };
    void snapshot_step();
    /// Does it as work of this kind.
    template <class Do>
    void as(Work work, Do&& what);

    Random& random_;
    StoppedClock clock_;
    GroupJournal::Time now_{std::chrono::hours{1}};
    GroupJournal::Time resume_{};
    Work work_ = Work::opening;
    StoreCore core_;
    Stage stage_ = Stage::none;
    std::uint64_t snapshots_ = 0;
};

}  // namespace allot::testing

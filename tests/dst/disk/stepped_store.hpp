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

/// Small segments, which are soon full; snapshots only on command.
[[nodiscard]] StoreOptions tiny_options(Durability::Mode mode = Durability::Mode::always);

/// A store driven by a seed: it has no thread, and its time is a number. The same seed gives the
/// same operations on its disk, in the same order.
class SteppedStore {
public:
    /// The work to which an operation on the disk belongs.
    enum class Work : std::uint8_t { opening, journal, segment, snapshot };

    /// \throws as Store::open().
    SteppedStore(FileSystem& files, const StoreOptions& options, Random& random)
        : random_{random}, core_{files, store_directory, options, clock_} {
        work_ = Work::journal;
    }

    /// Uses the store with its mutex locked. \return the result of `use(MessageBus&)`.
    template <class Use>
    auto with_bus(Use&& use) {
        const std::scoped_lock lock{core_.mutex};
        return use(core_.bus);
    }
    /// Advances the time, and does one piece of the pending work.
    void step();
    /// Steps until no work is pending.
    void settle();
    /// Begins a snapshot, which the steps then take, unless one is being taken.
    void begin_snapshot();
    /// Closes cleanly, unless the storage has failed.
    void close();

    [[nodiscard]] StoreCore& core() noexcept { return core_; }
    [[nodiscard]] Work work() const noexcept { return work_; }
    [[nodiscard]] std::uint64_t snapshots() const noexcept { return snapshots_; }
    /// The last LSN that must not be lost: it was acknowledged, or synced for a snapshot.
    [[nodiscard]] Lsn floor() const noexcept;

private:
    enum class Stage : std::uint8_t { none, copying, syncing };
    class StoppedClock final : public Clock {
        [[nodiscard]] UnixMicros now() noexcept override { return 1'300'000'000'000'000; }
    };
    void snapshot_step();
    /// Calls a function as work of this kind.
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

#pragma once

#include <filesystem>
#include <memory>

#include "engine/message_bus.hpp"
#include "storage/feed/journal_history.hpp"
#include "storage/flushing_mutex.hpp"
#include "storage/journal/group_journal.hpp"
#include "storage/options.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/snapshot/snapshotter.hpp"

namespace allot {

/// A store without threads, which reads only the given clock. Its owner drives the journal and the
/// snapshotter: `Store` with threads, a simulation from a seed.
struct StoreCore {
    /// Opens and recovers a store. \param id of the history that this opening begins; unique among
    /// all openings of the store. \throws as Store::open()
    StoreCore(FileSystem& files, const std::filesystem::path& directory, StoreOptions given,
              Clock& clock, HistoryId id = random_id());
    StoreCore(const StoreCore&) = delete;
    StoreCore& operator=(const StoreCore&) = delete;

    /// True once for each options.snapshot_every_bytes by which the journal has grown, including
    /// the part that was replayed at the start: so a store that is killed repeatedly takes
    /// snapshots, too. One caller at a time calls it.
    [[nodiscard]] bool snapshot_is_due() noexcept;

    const StoreOptions options;
    const std::unique_ptr<FileLock> lock;
    const Recovered recovered;
    Repository& repository;
    GroupJournal journal;
    JournalHistory history;
    FlushingMutex mutex{journal};
    MessageBus bus;
    Snapshotter snapshotter;

private:
    std::uint64_t snapshot_at_bytes_ = 0;  // in bytes replayed and appended
};

}  // namespace allot

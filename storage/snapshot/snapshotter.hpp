#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/repository.hpp"
#include "storage/flushing_mutex.hpp"
#include "storage/journal/group_journal.hpp"
#include "storage/snapshot/snapshot_file.hpp"

namespace allot {

/// Takes snapshots of a store in use: products are copied slice by slice with the store's mutex
/// held, and archived and written without it. Keeps two snapshots, and the journal from the older
/// one on.
///
/// It has no thread and never waits. After begin() each thread that unlocks the mutex copies some
/// rows, in proportion to what it has changed. The driver, one thread at a time, calls write()
/// while filled(), perhaps copy() and pace(), and finish() once written(); and abandon() when one
/// of the calls throws. Two chunks are in memory: one that is filled, and one that is written. When
/// both are full, nothing is copied.
class Snapshotter final : SharedWork {
public:
    /// A thread that unlocks the mutex copies at least so many rows for each fact that it has
    /// added. A fact adds at most one row to the products that are copied; so the snapshot ends
    /// before as many facts have come as there were rows at its beginning.
    static constexpr std::uint64_t rows_a_use_min = 2;
    /// And at most so many, some 2 us.
    static constexpr std::uint64_t rows_a_use_max = 32;
    /// A thread that unlocks the mutex copies at most so many rows beyond rows_a_use_min for each
    /// of its facts, some 8 us.
    static constexpr std::int64_t rows_an_unlock_max = 128;

    /// \param starts of the good snapshots in the directory, oldest first.
    Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                Repository& repository, GroupJournal& journal, FlushingMutex& mutex,
                std::vector<Lsn> starts);

    /// Begins a snapshot. \return false when there is no fact since the newest one.
    /// \throws std::system_error no_space_on_device, before it writes anything, when the disk has
    /// less space than the newest snapshot takes.
    bool begin();
    /// Copies a slice of at least so many rows out of the store, unless both chunks are full.
    /// \pre the store's mutex is held. \return the number of rows copied.
    std::size_t copy(std::size_t rows_min);
    /// Sets how many rows the other threads copy, so that they copy about `rows` while they use the
    /// store as often as since the last call. \return how often that was: a use is a fact, or
    /// unlocking the mutex without one.
    std::uint64_t pace(std::uint64_t rows) noexcept;
    /// The number of uses since the last pace().
    [[nodiscard]] std::uint64_t uses() const noexcept { return uses_ - uses_before_; }
    /// True while a chunk waits for write(). Any thread may call it.
    [[nodiscard]] bool filled() const noexcept { return filled_; }
    /// Archives and writes that chunk, also while others copy.
    void write();
    /// True when every product has been copied and written.
    [[nodiscard]] bool written() const noexcept { return !copying_ && !filled_; }
    /// The LSN after which the snapshot holds no fact. \pre written()
    [[nodiscard]] Lsn end() const noexcept { return end_; }
    /// Completes the snapshot, and removes older snapshots and segments that are not needed any
    /// more. \pre written(), and the journal is synced to end().
    void finish();
    /// Abandons the snapshot, and leaves no trace in the store.
    void abandon() noexcept;

    /// Counts the bytes of the journal that are kept only for readers.
    void update_retained() {
        if (starts_.size() == 2) journal_.segments().update_retained(starts_.front() + 1);
    }

    /// The start of the newest snapshot; 0: there is none. Any thread may call it.
    [[nodiscard]] Lsn newest() const noexcept { return newest_; }
    /// The longest time for which the last snapshot kept the mutex locked, microseconds. Any thread
    /// may call it.
    [[nodiscard]] std::uint64_t pause_us() const noexcept { return pause_us_; }

private:
    /// So many rows may be owed while memory is prefetched: about as many as are prefetched
    /// together.
    static constexpr std::int64_t owed_rows_max = 64;

    void advance() noexcept override;
    /// \return the number of rows copied.
    std::size_t copy_owed();
    /// Measures how long the mutex is kept locked. \return the result of `copy()`.
    template <class Copy>
    std::size_t timed(Copy&& copy);
    [[nodiscard]] bool has_space();
    void end_copying() noexcept;
    void release_memory() noexcept;
    void keep_two();
    [[nodiscard]] std::filesystem::path newest_path() const;
    void expect(std::uint64_t bytes) noexcept;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t store_id_;
    Repository& repository_;
    GroupJournal& journal_;
    FlushingMutex& mutex_;
    std::vector<Lsn> starts_;  // of the good snapshots, oldest first
    std::atomic<Lsn> newest_;
    std::uint64_t newest_bytes_ = 0;

    // The snapshot that is being taken. Of the driver:
    std::optional<snapshot::Writer> writer_;
    std::uint64_t uses_before_ = 0;  // of the last pace()
    // Of the thread that holds the mutex:
    snapshot::Chunk filling_;
    Lsn start_ = 0;
    Lsn end_ = 0;
    std::optional<snapshot::RowCopier> copier_;  // of the products at the beginning
    Lsn seen_ = 0;                               // the last fact when the mutex was last unlocked
    std::int64_t owed_ = 0;  // rows that the next thread has to copy; negative: copied in advance
    std::exception_ptr failure_;
    // Of both:
    snapshot::Chunk full_;  // of the driver while filled_
    std::atomic<bool> filled_ = false;
    std::atomic<bool> copying_ = false;
    std::atomic<std::uint64_t> uses_ = 0;
    std::atomic<std::uint64_t> rows_a_use_ = rows_a_use_min;
    std::atomic<std::uint64_t> pause_us_ = 0;
};

}  // namespace allot

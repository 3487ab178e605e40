#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "engine/repository.hpp"
#include "storage/journal/group_journal.hpp"
#include "storage/snapshot/snapshot_file.hpp"

namespace allot {

/// Takes snapshots of a store in use: copies products slice by slice with the store's mutex held,
/// and archives and writes them without it. Keeps two snapshots, and the journal from the older one
/// on.
///
/// It has no thread and never waits. Its driver calls `begin(); do { copy(); write(take()); } while
/// (!copied()); … finish();`, perhaps with several copy() for one take(), and calls give_up() when
/// one of the calls throws.
class Snapshotter {
public:
    /// \param starts of the good snapshots in the directory, oldest first.
    Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                Repository& repository, GroupJournal& journal, std::vector<Lsn> starts);

    /// Begins a snapshot. \return false when there is no fact since the newest one.
    /// \throws std::system_error no_space_on_device, before it writes anything, when the disk has
    /// less space than the newest snapshot takes.
    bool begin();
    /// Copies the next slice out of the store. \pre the store's mutex is held.
    /// \param until see snapshot::copy_slice().
    void copy(
        std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max());
    /// The bytes of the chunk that take() would return.
    [[nodiscard]] std::size_t bytes() const noexcept { return chunk_.bytes(); }
    /// \param emptied a written chunk whose memory the next slices reuse.
    /// \return the products copied since the last call, to be written next.
    snapshot::Chunk take(snapshot::Chunk emptied = snapshot::empty_chunk()) {
        return std::exchange(chunk_, std::move(emptied));
    }
    /// Archives and writes a chunk. One thread at a time calls it, also while other slices are
    /// copied.
    void write(const snapshot::Chunk& chunk) { writer_->add(chunk); }
    /// True when every product has been copied.
    [[nodiscard]] bool copied() const noexcept { return next_ >= products_; }
    /// The LSN after which the snapshot holds no fact.
    [[nodiscard]] Lsn end() const noexcept { return end_; }
    /// The growth of the store since the snapshot began, as a multiple of its initial number of
    /// lines, batches and shortages.
    [[nodiscard]] std::uint64_t growth() const noexcept {
        return (std::max(holds_, held_) - held_) / (held_ + 1);
    }
    /// Completes the snapshot, and removes older snapshots and segments that are not needed any
    /// more. \pre copied(), everything written, and the journal is synced to end().
    void finish();
    /// Abandons the snapshot, and leaves no trace in the store.
    void give_up() noexcept { writer_.reset(); }

    /// Counts the bytes of the journal that are kept only for readers.
    void update_retained() {
        if (starts_.size() == 2) journal_.segments().update_retained(starts_.front() + 1);
    }

    /// The start of the newest snapshot; 0: there is none. Any thread may call it.
    [[nodiscard]] Lsn newest() const noexcept { return newest_; }

private:
    void keep_two();
    [[nodiscard]] std::filesystem::path newest_path() const;
    void expect(std::uint64_t bytes) noexcept;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t store_id_;
    Repository& repository_;
    GroupJournal& journal_;
    std::vector<Lsn> starts_;  // of the good snapshots, oldest first
    std::atomic<Lsn> newest_;
    std::uint64_t newest_bytes_ = 0;

    // The snapshot that is being taken:
    std::optional<snapshot::Writer> writer_;
    snapshot::Chunk chunk_;  // copied, but not taken yet
    Lsn start_ = 0;
    Lsn end_ = 0;
    std::uint64_t held_ = 0;   // lines, batches and shortages at the first slice
    std::uint64_t holds_ = 0;  // the same at the last slice
    Index next_ = 0;           // the first product that was not copied
    Index products_ = 0;       // the number of products at the last slice
};

}  // namespace allot

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/io/file_system.hpp"
#include "storage/journal/journal_index.hpp"
#include "storage/journal/segment_info.hpp"
#include "storage/options.hpp"

namespace allot {

/// The segments of a journal that are in use, with the facts and the last write of each. Decides
/// which may be removed. Thread-safe; one caller at a time calls prune() and update_retained().
class SegmentList {
public:
    /// Readers of facts that a start does not need.
    struct Readers {
        std::function<Lsn()> min_required;  ///< the first LSN that a reader still has to read
        /// update_retained() calls it with the bytes before `first` that are kept only for readers.
        std::function<void(Lsn first, std::uint64_t bytes)> held_back;
    };

    /// \param segments found by a scan, in order; may be empty. `files` outlives this.
    SegmentList(FileSystem& files, std::filesystem::path directory,
                std::vector<SegmentInfo> segments, const StoreOptions& options);

    /// Adds a segment after the others. Every segment has to be added: a missing one would never be
    /// removed, and the journal would have a gap after it.
    void begin(std::uint64_t number, Lsn first);
    /// Notes that a unit of this wall time was written to the last segment.
    /// \param seen the time by the steady clock, see WriteTime; never less than before.
    void note_write(UnixMicros wall, std::chrono::microseconds seen) noexcept;

    /// Removes the segments that hold nothing but facts before `first`, except those that the
    /// options or a reader require. \throws std::system_error when a file cannot be removed: it
    /// stays in the list, and with it all that follow.
    void prune(Lsn first);
    /// Registers the readers, once, before prune().
    void keep_from(Readers readers) { readers_ = std::move(readers); }
    /// Counts the bytes that prune(first) would keep only for readers, as prune() does.
    void update_retained(Lsn first);

    /// The first LSN that is kept. All facts of removed files are before it.
    [[nodiscard]] Lsn oldest() const noexcept { return oldest_; }
    [[nodiscard]] std::uint64_t last_number() const;
    /// The size of all segments, without the excess length of a segment for a large unit.
    [[nodiscard]] std::uint64_t bytes() const;
    /// The bytes kept only for readers at the last count.
    [[nodiscard]] std::uint64_t retained_bytes() const noexcept { return retained_bytes_; }
    /// The index with the beginning of each segment; the writer and readers add frames.
    [[nodiscard]] JournalIndex& index() noexcept { return index_; }

private:
    void remove_before(Lsn first);
    [[nodiscard]] bool is_removable(std::size_t index, Lsn first) const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t segment_bytes_;
    const std::uint64_t keep_bytes_;
    const std::chrono::seconds keep_age_;
    Readers readers_;  // may be empty
    JournalIndex index_;
    std::atomic<Lsn> oldest_ = 0;
    std::atomic<std::uint64_t> retained_bytes_ = 0;

    mutable std::mutex mutex_;  // protects the members below
    std::vector<SegmentInfo> segments_;
};

}  // namespace allot

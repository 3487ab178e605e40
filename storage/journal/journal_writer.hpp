#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "storage/io/file_system.hpp"
#include "storage/journal/group_buffer.hpp"
#include "storage/journal/journal_index.hpp"
#include "storage/journal/segment_info.hpp"
#include "storage/options.hpp"

namespace allot {

/// The end of a journal, which the next frame continues.
struct JournalTail {
    std::uint64_t store_id = 0;
    std::uint64_t epoch = 0;        ///< the epoch of the opening that will write, from 1
    HistoryId history = 0;          ///< the history of that opening
    std::uint64_t segment = 0;      ///< the current segment; 0: there is none yet
    std::uint64_t offset = 0;       ///< the offset of the next frame in it, bytes
    std::uint64_t durable_end = 0;  ///< a later frame declares the bytes up to here durable
    std::uint64_t chain = 0;        ///< the checksum that the next frame or segment continues
    Lsn last = 0;
};

/// The way in which a new segment gets its length, all of it zeros.
enum class Preallocation : std::uint8_t {
    written,   ///< written to the disk, so that a later sync has only data to write
    reserved,  ///< not written, for a journal that syncs no groups
};
[[nodiscard]] constexpr Preallocation preallocation_of(const Durability& durability) noexcept {
    return durability.syncs() ? Preallocation::written : Preallocation::reserved;
}

/// A segment file created ahead of its use.
struct PreparedSegment {
    std::uint64_t number = 0;  ///< 0: none
    std::uint64_t bytes = 0;
};

/// Creates a segment file of zeros for later use, and syncs it, but not the directory. The file is
/// written under a temporary name and renamed at its full length, because a shorter segment counts
/// as damaged. Touches no other segment. A failure leaves no temporary file, and may be retried.
void make_segment(FileSystem& files, const std::filesystem::path& directory,
                  const PreparedSegment& segment, Preallocation preallocation);

/// Appends frames to a journal; a thread or a simulation drives it. After any exception it must not
/// be used again.
class JournalWriter {
public:
    /// Creates the first segment of a new journal; otherwise continues at the tail, and rewrites
    /// and syncs what no later frame declares durable. After a failed sync of an earlier process
    /// those bytes may be only in the system's page cache, where they can be read but no further
    /// sync writes them.
    JournalWriter(FileSystem& files, std::filesystem::path directory, const JournalTail& tail,
                  std::uint64_t segment_bytes, Preallocation preallocation);

    /// True when write() needs no new segment for the group.
    [[nodiscard]] bool fits(const GroupBuffer& group) const noexcept {
        return group.bytes() <= free_bytes();
    }
    /// The size of the largest group that fits into the current segment.
    [[nodiscard]] std::uint64_t free_bytes() const noexcept;
    /// The size of the segment that a group would begin: the usual size, or as large as it needs.
    [[nodiscard]] std::uint64_t segment_bytes_for(const GroupBuffer& group) const noexcept {
        return segment_bytes_for(group.bytes());
    }
    /// Writes a group's frame, in a new segment when it does not fit into the current one.
    void write(GroupBuffer& group);
    /// Writes a frame without records, which declares everything before it durable. It is written
    /// twice, the second time in another sector than the group before it: a lost sector does not
    /// take both a group and all its marks.
    void mark(journal::FrameKind kind);
    /// Writes the frame that begins this history, with the lost histories.
    void begin_history(std::span<const Histories::LostHistory> lost);
    void sync();

    [[nodiscard]] Lsn written() const noexcept { return tail_.last; }
    /// The last LSN that would survive a power cut.
    [[nodiscard]] Lsn synced() const noexcept { return synced_; }
    [[nodiscard]] bool needs_sync() const noexcept { return dirty_; }

    [[nodiscard]] std::uint64_t segment() const noexcept { return tail_.segment; }
    /// The beginning of the next frame, unless it begins a segment.
    [[nodiscard]] JournalPosition position() const noexcept {
        return {tail_.last + 1, tail_.segment, tail_.offset, tail_.chain};
    }
    /// The segments begun since the last call, in order: one batch may begin more than one.
    [[nodiscard]] std::vector<SegmentInfo> take_begun() noexcept {
        return std::exchange(begun_, {});
    }
    /// True when segment() + 1 should be created.
    [[nodiscard]] bool past_half() const noexcept { return tail_.offset > file_bytes_ / 2; }
    /// Receives the prepared segment when it exists durably.
    void prepared(const PreparedSegment& segment) noexcept { prepared_ = segment; }

    static constexpr std::size_t sector = 512;
    /// The space kept free behind each group for a mark.
    static constexpr std::size_t mark_bytes_max = sector + 2 * sizeof(journal::FrameHeader);

    /// The size of a segment that holds exactly one frame of so many bytes.
    [[nodiscard]] static constexpr std::uint64_t segment_bytes_of(
        std::uint64_t frame_bytes) noexcept {
        return sizeof(journal::SegmentHeader) + frame_bytes + journal::alignment + mark_bytes_max;
    }

private:
    [[nodiscard]] std::uint64_t segment_bytes_for(std::uint64_t frame_bytes) const noexcept;
    void write_again();
    void put(std::span<const std::byte> frame);
    void start_segment(std::uint64_t bytes_needed);
    [[nodiscard]] journal::FrameHeader header(journal::FrameKind kind) const noexcept;

    FileSystem& files_;
    std::filesystem::path directory_;
    std::uint64_t segment_bytes_;
    Preallocation preallocation_;
    JournalTail tail_;
    std::unique_ptr<File> file_;
    std::uint64_t file_bytes_ = 0;
    std::vector<SegmentInfo> begun_;  // the segments that take_begun() has not returned yet
    Lsn synced_ = 0;
    PreparedSegment prepared_;
    bool dirty_ = false;  // something was written since the last sync
};

}  // namespace allot

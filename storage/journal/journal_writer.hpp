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

/// The end of a journal, from which the next frame carries on.
struct JournalTail {
    std::uint64_t store_id = 0;
    std::uint64_t epoch = 0;        ///< of the opening that will write, from 1
    HistoryId history = 0;          ///< likewise
    std::uint64_t segment = 0;      ///< being written; 0: there is none yet
    std::uint64_t offset = 0;       ///< of the next frame in it, bytes
    std::uint64_t durable_end = 0;  ///< bytes up to here are durable, as later frames state
    std::uint64_t chain = 0;        ///< the checksum that the next frame or segment carries on
    Lsn last = 0;
};

/// How a new segment gets its length, all of it zeros.
enum class Preallocation : std::uint8_t {
    written,   ///< so that a sync of what is written over them has nothing but data to write
    reserved,  ///< without writing them, for a journal that is not synced as it goes
};
[[nodiscard]] constexpr Preallocation preallocation_of(const Durability& durability) noexcept {
    return durability.syncs() ? Preallocation::written : Preallocation::reserved;
}

/// A segment file made ahead of its use.
struct PreparedSegment {
    std::uint64_t number = 0;  ///< 0: none
    std::uint64_t bytes = 0;
};

/// Makes a segment file of zeros for a writer to take up later, and syncs it, but not the
/// directory. It is written under another name and renamed at its full length: a shorter segment
/// file is damaged.
/// Touches no other segment. A failure leaves no file under another name, and may be followed by
/// another try.
void make_segment(FileSystem& files, const std::filesystem::path& directory,
                  const PreparedSegment& segment, Preallocation preallocation);

/// Appends frames to a journal. It neither waits nor starts anything: a thread, or a simulation,
/// drives it. After any exception it must not be used again.
class JournalWriter {
public:
    /// Makes the first segment of a new journal; otherwise continues at the tail, which it makes
    /// durable: it rewrites what no later frame states to be durable. A sync that failed in an
    /// earlier process may have left those bytes in the system's cache alone, where they can be
    /// read, and where no further sync reaches them.
    JournalWriter(FileSystem& files, std::filesystem::path directory, const JournalTail& tail,
                  std::uint64_t segment_bytes, Preallocation preallocation);

    /// False when write() would start a new segment.
    [[nodiscard]] bool has_room_for(const GroupBuffer& group) const noexcept {
        return group.bytes() <= room();
    }
    /// How large a group may be that has room in the present segment.
    [[nodiscard]] std::uint64_t room() const noexcept;
    /// The size of the segment that a group would begin: the usual one, or as large as it needs.
    [[nodiscard]] std::uint64_t segment_bytes_for(const GroupBuffer& group) const noexcept {
        return segment_bytes_for(group.bytes());
    }
    /// Writes a group's frame, in a new segment when the present one has no room.
    void write(GroupBuffer& group);
    /// Writes a frame without records, which states that all before it is durable. The frame is
    /// written twice, the second time in another sector than the group before it: a lost sector
    /// does not take a group and every statement about it.
    void mark(journal::FrameKind kind);
    /// Writes a frame that records this history, before it has a fact, and histories that have
    /// left.
    void begin_history(std::span<const Histories::Left> left);
    void sync();

    [[nodiscard]] Lsn written() const noexcept { return tail_.last; }
    /// The last LSN that would survive a power cut.
    [[nodiscard]] Lsn synced() const noexcept { return synced_; }
    [[nodiscard]] bool needs_sync() const noexcept { return dirty_; }

    [[nodiscard]] std::uint64_t segment() const noexcept { return tail_.segment; }
    /// Where the next frame begins, unless it begins a segment.
    [[nodiscard]] JournalPosition position() const noexcept {
        return {tail_.last + 1, tail_.segment, tail_.offset, tail_.chain};
    }
    /// The segments begun since the last call, in order: one batch may begin more than one.
    [[nodiscard]] std::vector<SegmentInfo> take_begun() noexcept {
        return std::exchange(begun_, {});
    }
    /// True when it is time to make segment() + 1.
    [[nodiscard]] bool past_half() const noexcept { return tail_.offset > file_bytes_ / 2; }
    /// The caller has made this segment, durably.
    void prepared(const PreparedSegment& segment) noexcept { prepared_ = segment; }

    static constexpr std::size_t sector = 512;
    /// Kept free behind each group, so that it can be marked.
    static constexpr std::size_t mark_bytes_max = sector + 2 * sizeof(journal::FrameHeader);

    /// The size of a segment that holds a frame of so many bytes, and no more.
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
    std::vector<SegmentInfo> begun_;  // that take_begun() has not given yet
    Lsn synced_ = 0;
    PreparedSegment prepared_;
    bool dirty_ = false;  // something was written since the last sync
};

}  // namespace allot

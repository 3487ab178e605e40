#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/histories.hpp"

// The bytes of the journal, which FORMAT.md describes. Everything is little-endian; these
// structures are read and written by copying their bytes.

namespace allot::journal {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

/// The version that is written. Versions 1 and 2 are read: neither has facts of kind 25 (a moved
/// line) or histories, and version 1 has no facts of kind 7 (ShortageWithdrawn).
inline constexpr std::uint32_t format_version = 3;
[[nodiscard]] constexpr bool is_readable(std::uint32_t version) noexcept {
    return version >= 1 && version <= format_version;
}
inline constexpr std::size_t alignment = 8;  // the alignment of frames in a segment, bytes

/// The beginning of every segment file. A file whose header is all zeros is prepared, and not yet
/// in use. A segment file has its full length before it gets its name.
struct SegmentHeader {
    static constexpr std::uint64_t magic_value = 0x474F'4C54'4F4C'4CFF;  // FF "LLOTLOG"

    std::uint64_t checksum;  ///< XXH3-64 of the 56 bytes after it
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t file_bytes;  ///< the length of the file
    std::uint64_t store_id;
    std::uint64_t number;    ///< the number of the segment, from 1
    Lsn first;               ///< the LSN of the first fact in it
    std::uint64_t previous;  ///< the chain at the end of the previous segment; 0: there is none
    std::uint64_t epoch;     ///< the number of openings of the store
};
static_assert(sizeof(SegmentHeader) == 64);

enum class FrameKind : std::uint16_t {
    group = 1,  ///< units of work
    idle = 2,   ///< no records, perhaps padding: everything before it is durable
    close = 3,  ///< as idle, and the store was closed cleanly
    /// The beginning of a history: no units of work; the records are lost histories.
    history = 4,
};

/// The beginning of every frame; the records follow, then zeros up to the alignment.
struct FrameHeader {
    /// The size in versions 1 and 2, which lack the last field.
    static constexpr std::size_t bytes_min = 72;
    /// Begins with a byte that no name can hold.
    static constexpr std::uint32_t magic_value = 0x4D52'46FF;  // FF "FRM"

    std::uint64_t checksum;  ///< XXH3-64 of all the frame's bytes after it
    std::uint32_t magic;
    std::uint32_t bytes;  ///< the length of the whole frame, a multiple of the alignment
    std::uint16_t version;
    FrameKind kind;
    std::uint32_t records;
    std::uint64_t store_id;
    std::uint64_t epoch;
    Lsn first;  ///< the LSN of its first fact; last + 1 when there is none
    Lsn last;
    Lsn durable;             ///< the last LSN known to be durable when the frame was written
    std::uint64_t previous;  ///< checksum of the previous frame, or of the segment's header
    HistoryId history;       ///< the history of the opening that wrote it

    /// The offset of the records.
    [[nodiscard]] std::size_t header_bytes() const noexcept {
        return version < 3 ? bytes_min : sizeof(FrameHeader);
    }
};
static_assert(sizeof(FrameHeader) == 80);
static_assert(sizeof(Histories::LostHistory) == 16);  // a record of a frame that begins a history

/// The beginning of each unit of work in a frame; its facts follow.
struct RecordHeader {
    std::uint32_t bytes;  ///< the length of the facts
    std::uint32_t facts;
    UnixMicros time;
};
static_assert(sizeof(RecordHeader) == 16);

/// An upper bound of the bytes of a fact.
inline constexpr std::size_t fact_bytes_max = 256;
/// The longest frame, and so an upper bound of a unit of work.
inline constexpr std::uint64_t frame_bytes_max = 1ULL << 30U;

/// \return the end of the written bytes. \pre fact_bytes_max bytes are free at `to`.
std::byte* encode(const Fact& fact, std::byte* to) noexcept;
/// Encodes the LineAllocated of a line that was not moved; see the other encode().
std::byte* encode(const LineView& line, BatchRefView batch, std::byte* to) noexcept;

/// Removes one fact from the front of `bytes`; its names are views of them. \return none when the
/// bytes are not a fact.
std::optional<Fact> decode(std::span<const std::byte>& bytes) noexcept;

/// The XXH3-64 of a header's bytes, or a frame's, after the checksum in front.
std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept;

/// True when all bytes are zeros.
bool is_zeros(std::span<const std::byte> bytes) noexcept;
/// The length of `bytes` without the zeros at their end.
std::uint64_t used_bytes(std::span<const std::byte> bytes) noexcept;

/// Consecutive rows. \pre `bytes` holds only whole rows.
template <class Row>
[[nodiscard]] std::vector<Row> rows_in(std::span<const std::byte> bytes) {
    std::vector<Row> rows(bytes.size() / sizeof(Row));
    std::ranges::copy(bytes, std::as_writable_bytes(std::span{rows}).begin());
    return rows;
}

/// The header at the front of `bytes`, if it is complete; its contents are not checked. For
/// versions 1 and 2 the history is derived from the store's id and the epoch.
std::optional<FrameHeader> frame_header(std::span<const std::byte> bytes) noexcept;
/// Completes a frame: its magic, length, version and checksum. \pre the records are in the frame,
/// after the space of the header; the length is a multiple of the alignment.
void seal(std::span<std::byte> frame, FrameHeader header) noexcept;
/// Completes a segment's header: its magic, version and checksum.
void seal(SegmentHeader& header) noexcept;

/// The header of the frame at the front of `bytes`, if the frame is whole and undamaged; whether it
/// belongs there is not checked.
std::optional<FrameHeader> whole_frame(std::span<const std::byte> bytes) noexcept;
/// The records of a whole frame that begins a history. \return none when it holds something else.
std::optional<Histories::LostHistories> lost_histories_in(const FrameHeader& frame,
                                                          std::span<const std::byte> bytes);
/// The segment header at the front of `bytes`, if it is whole and undamaged.
std::optional<SegmentHeader> whole_header(std::span<const std::byte> bytes) noexcept;

/// A unit of work in a frame.
struct Record {
    RecordHeader header;
    std::span<const std::byte> facts;
};

/// Removes one record from the front of `bytes`. \return none when it would be longer than `bytes`.
std::optional<Record> take_record(std::span<const std::byte>& bytes) noexcept;

/// `journal-<number, 16 hexadecimal digits>.log`, so that names sort as numbers do.
std::string segment_name(std::uint64_t number);
/// The name of a segment while it is created; a start removes it.
inline constexpr std::string_view temporary_name = "journal.tmp";
/// \return none for any other file.
std::optional<std::uint64_t> segment_number(std::string_view file_name);

}  // namespace allot::journal

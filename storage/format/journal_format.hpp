#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/histories.hpp"

// The journal's bytes, as FORMAT.md states them. Everything is little-endian, and read and written
// by copying these structures as they are.

namespace allot::journal {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

/// What is written. Version 1 had no fact of kind 7 (ShortageWithdrawn), and neither it nor 2 one
/// of kind 25 (a line that was moved), nor histories; both are read.
inline constexpr std::uint32_t format_version = 3;
[[nodiscard]] constexpr bool is_readable(std::uint32_t version) noexcept {
    return version >= 1 && version <= format_version;
}
inline constexpr std::size_t alignment = 8;  // of frames in a segment, bytes

/// First in every segment file. A file whose header is all zeros is prepared, and not yet in use.
/// A segment file has its whole length from the moment that it has its name.
struct SegmentHeader {
    static constexpr std::uint64_t magic_value = 0x474F'4C54'4F4C'4CFF;  // FF "LLOTLOG"

    std::uint64_t checksum;  ///< XXH3-64 of the 56 bytes after it
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t file_bytes;  ///< how long the file is, from before this header is written
    std::uint64_t store_id;
    std::uint64_t number;    ///< of the segment, from 1
    Lsn first;               ///< of the first fact in it
    std::uint64_t previous;  ///< the hash at the end of the segment before; 0: there is none
    std::uint64_t epoch;     ///< how often the store had been opened
};
static_assert(sizeof(SegmentHeader) == 64);

enum class FrameKind : std::uint16_t {
    group = 1,  ///< units of work
    idle = 2,   ///< no records, zeros perhaps: all before it is durable
    close = 3,  ///< likewise, and the store was closed cleanly
    /// No units of work: a history begins, without a fact as yet. Its records are those that have
    /// left the store (Histories::Left).
    history = 4,
};

/// First in every frame; the records follow, then zeros up to the alignment.
struct FrameHeader {
    /// Of versions 1 and 2, which lack the last field. No header has fewer.
    static constexpr std::size_t bytes_min = 72;
    /// Begins with a byte that no name can hold.
    static constexpr std::uint32_t magic_value = 0x4D52'46FF;  // FF "FRM"

    std::uint64_t checksum;  ///< XXH3-64 of all the frame's bytes after it
    std::uint32_t magic;
    std::uint32_t bytes;  ///< of the whole frame, a multiple of the alignment
    std::uint16_t version;
    FrameKind kind;
    std::uint32_t records;
    std::uint64_t store_id;
    std::uint64_t epoch;
    Lsn first;  ///< of its facts; last + 1 when there are none
    Lsn last;
    Lsn durable;             ///< known to be durable when the frame was written
    std::uint64_t previous;  ///< checksum of the frame before, or of the segment's header
    HistoryId history;       ///< of the opening of the store that wrote it

    /// Where the records begin.
    [[nodiscard]] std::size_t header_bytes() const noexcept {
        return version < 3 ? bytes_min : sizeof(FrameHeader);
    }
};
static_assert(sizeof(FrameHeader) == 80);
static_assert(sizeof(Histories::Left) == 16);  // a record of a frame that begins a history

/// Before each unit of work in a frame; its facts follow.
struct RecordHeader {
    std::uint32_t bytes;  ///< of the facts
    std::uint32_t facts;
    UnixMicros time;
};
static_assert(sizeof(RecordHeader) == 16);

/// No fact takes more bytes.
inline constexpr std::size_t fact_bytes_max = 256;
/// No frame is longer; so no unit of work is.
inline constexpr std::uint64_t frame_bytes_max = 1ULL << 30U;

/// \return the end of what was written. \pre fact_bytes_max bytes are free at `to`.
std::byte* encode(const Fact& fact, std::byte* to) noexcept;

/// Takes one fact off the front of `bytes`. \return none when the bytes are no fact.
std::optional<Fact> decode(std::span<const std::byte>& bytes) noexcept;

/// The XXH3-64 of a header's bytes, or a frame's, after the checksum in front.
std::uint64_t checksum_of(std::span<const std::byte> bytes) noexcept;

/// True when all of them are zeros, as where nothing was written.
bool is_zeros(std::span<const std::byte> bytes) noexcept;
/// The length of what is left when the zeros at the end are taken off.
std::uint64_t used_bytes(std::span<const std::byte> bytes) noexcept;

/// The header at the front of `bytes`, if all of it is there; nothing in it is judged. Of versions
/// 1 and 2 the history is derived from the store's id and the epoch.
std::optional<FrameHeader> frame_header(std::span<const std::byte> bytes) noexcept;
/// Completes a frame: its magic, length, version and checksum. \pre the records are there, behind
/// room for the header; the length is a multiple of the alignment.
void seal(std::span<std::byte> frame, FrameHeader header) noexcept;

/// The frame at the front of `bytes`, if it is whole and undamaged; its position is not judged.
std::optional<FrameHeader> whole_frame(std::span<const std::byte> bytes) noexcept;
/// The records of a whole frame that begins a history. \return none when it holds something else.
std::optional<std::vector<Histories::Left>> left_in(const FrameHeader& frame,
                                                    std::span<const std::byte> bytes);
/// Likewise a segment's header.
std::optional<SegmentHeader> whole_header(std::span<const std::byte> bytes) noexcept;

/// A unit of work as it stands in a frame.
struct Record {
    RecordHeader header;
    std::span<const std::byte> facts;
};

/// Takes one record off the front of `bytes`. \return none when it would be longer than they are.
std::optional<Record> take_record(std::span<const std::byte>& bytes) noexcept;

/// `journal-<number, 16 hexadecimal digits>.log`, so that names sort as numbers do.
std::string segment_name(std::uint64_t number);
/// A segment that is being made; without meaning at a start.
inline constexpr std::string_view aside_name = "journal.tmp";
/// \return none for any other file.
std::optional<std::uint64_t> segment_number(std::string_view file_name);

}  // namespace allot::journal

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/format/journal_format.hpp"
#include "storage/io/file_view.hpp"

namespace allot {

/// A whole frame of facts, somewhere in a segment.
struct FoundGroup {
    Lsn first;
    Lsn last;
    std::uint32_t units;
};

/// A whole frame whose history differs from that of the frame before.
struct FoundHistory {
    HistoryId id;
    Lsn first;
    Histories::LostHistories lost;  ///< the lost histories in a frame that begins a history
};

/// A segment file, read by itself for a repair: its good part, the frames after that, and the
/// single bits whose flipping corrects a checksum. That no other change explains the checksum is as
/// certain as that the checksum detects damage at all.
struct JournalPiece {
    /// The longest frame of which each bit is tried: a longer one would take seconds.
    static constexpr std::size_t patched_frame_bytes_max = 16U << 10U;

    std::string name;
    std::shared_ptr<File> file;
    std::uint64_t file_bytes = 0;
    std::uint64_t used = 0;  ///< the bytes up to the last that is not zero
    bool headed = false;     ///< it begins with a good header; the next fields are set
    journal::SegmentHeader header{};
    std::uint64_t end = 0;  ///< the bytes up to the end of the last frame of the chain
    Lsn last = 0;           ///< the LSN of the last fact up to `end`
    std::uint64_t chain = 0;
    std::vector<FileView::Patch> patches;  ///< corrections: the bytes as they should be

    std::uint64_t store_id = 0;      ///< the header's, or else the first whole frame's; 0: neither
    std::vector<FoundGroup> groups;  ///< all whole groups of that store
    std::vector<FoundHistory> histories;  ///< likewise, in the order of the file
    Lsn known = 0;                        ///< the last LSN that a whole frame or header mentions

    /// True when the file has the length in its header, which never changes. \pre headed
    [[nodiscard]] bool has_its_length() const noexcept { return header.file_bytes == file_bytes; }
    [[nodiscard]] bool in_use() const noexcept { return used > 0; }
    /// True when nothing follows its last good frame.
    [[nodiscard]] bool is_good() const noexcept { return headed && used <= end; }
};

/// \throws UnknownFormat when the file is of a later format; std::system_error.
JournalPiece read_piece(FileSystem& files, const std::filesystem::path& directory,
                        const std::string& name);

}  // namespace allot

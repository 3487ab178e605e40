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
    Histories::LostHistories lost;  ///< of a frame that begins a history
};

/// A segment file, read by itself for a repair: how far it is good, what is behind that, and which
/// single bits have to be flipped so that a checksum is right again. That no other change explains
/// the checksum is as certain as that the checksum detects damage at all.
struct JournalPiece {
    std::string name;
    std::shared_ptr<File> file;
    std::uint64_t file_bytes = 0;
    std::uint64_t used = 0;  ///< bytes, up to the last that is not zero
    bool headed = false;     ///< it begins with a good header; the next fields are set
    journal::SegmentHeader header{};
    std::uint64_t end = 0;  ///< bytes, up to the end of the last frame of the chain
    Lsn last = 0;           ///< of the facts up to `end`
    std::uint64_t chain = 0;
    std::vector<FileView::Patch> patches;  ///< corrections: the bytes as they should be

    std::uint64_t store_id = 0;  ///< of the header, or else of the first whole frame; 0: neither
    std::vector<FoundGroup> groups;       ///< all whole groups of that store
    std::vector<FoundHistory> histories;  ///< likewise, in the order of the file
    Lsn known = 0;                        ///< the last LSN that a whole frame or header mentions

    /// A segment never changes its length, which its header says. \pre headed
    [[nodiscard]] bool has_its_length() const noexcept { return header.file_bytes == file_bytes; }
    [[nodiscard]] bool in_use() const noexcept { return used > 0; }
    /// True when nothing follows its last good frame.
    [[nodiscard]] bool is_good() const noexcept { return headed && used <= end; }
};

/// \throws UnknownFormat when the file is of a later format; std::system_error.
JournalPiece read_piece(FileSystem& files, const std::filesystem::path& directory,
                        const std::string& name);

}  // namespace allot

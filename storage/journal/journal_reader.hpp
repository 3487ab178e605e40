#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/history.hpp"
#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/file_window.hpp"
#include "storage/journal/group_journal.hpp"

namespace allot {

/// Reads the facts of a journal from its files while the journal is being written. It reads only up
/// to GroupJournal::readable(), so an incomplete frame is damage. It continues where it stopped,
/// and reads nothing twice. It skips frames before the first requested fact by their headers, and
/// verifies the other frames. A file that is removed while it
/// is open is read to its end.
class JournalReader {
public:
    /// \param journal writes the files of the directory; both outlive this.
    JournalReader(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                  Lsn from) noexcept
        : files_{files}, directory_{directory}, journal_{journal}, next_{from} {}
    JournalReader(const JournalReader&) = delete;
    JournalReader& operator=(const JournalReader&) = delete;
    /// Stores the position in the index, for the next reader.
    ~JournalReader();

    /// The LSN of the next fact.
    [[nodiscard]] Lsn next() const noexcept { return next_; }
    /// Reads the next readable facts, at most `most`. The block copies their names: a view would
    /// keep a whole buffer for a single fact.
    /// \throws TrimmedHistory, CorruptStore, std::system_error; the reader has not moved then.
    /// std::bad_alloc; it may have passed the facts that it could not return.
    [[nodiscard]] FactBlock read(std::size_t most);

private:
    using Bytes = std::span<const std::byte>;
    /// A few groups of a busy store.
    static constexpr std::size_t bytes_read_at_once = 64U << 10U;

    void find_frame();
    void find_position();
    void open_segment(std::uint64_t segment, bool is_begin);
    [[nodiscard]] std::unique_ptr<File> open(std::uint64_t segment) const;
    [[nodiscard]] JournalPosition begin_of(File& file, std::uint64_t segment) const;
    void begin_frame(const journal::FrameHeader& header);
    void pass(const journal::FrameHeader& frame);
    void give(std::size_t most, std::vector<CommittedFact>& facts);
    void next_record();
    [[nodiscard]] Bytes at(std::uint64_t offset, std::uint64_t bytes);
    void clear_window();
    [[noreturn]] void refuse(const std::string& why) const;

    FileSystem& files_;
    const std::filesystem::path& directory_;
    GroupJournal& journal_;
    Lsn next_;

    JournalPosition position_{};        // the position of the next frame
    JournalPosition frame_position_{};  // the position of the frame that is being read
    FileWindow window_{bytes_read_at_once};
    Lsn window_readable_ = 0;  // the bytes of window_ up to this LSN will not change
    bool has_views_ = false;   // facts that read() is about to return view bytes of window_
    std::vector<FileWindow::Buffer> viewed_;  // the earlier bytes that they view

    // The frame that is being read, in window_:
    Bytes records_;        // the records that are not begun yet
    Bytes facts_;          // the facts of the begun record that are not returned yet
    UnixMicros time_ = 0;  // the time of that record
    HistoryId history_ = 0;
    Lsn lsn_ = 0;  // the LSN of the next fact in the frame; position_.next when none is left
};

}  // namespace allot

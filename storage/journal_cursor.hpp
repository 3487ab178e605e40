#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/history.hpp"
#include "storage/corrupt_store.hpp"
#include "storage/file_system.hpp"
#include "storage/group_journal.hpp"

namespace allot {

/// The history of a store, read from the files of its journal while that is written: what happened
/// is kept nowhere else, and costs nothing while nobody reads. What is read is read up to
/// GroupJournal::readable() only; so it is whole, and anything else that is found there is damage.
class JournalHistory final : public FactHistory {
public:
    /// \param journal writes the files of the directory, and outlives this and its cursors.
    JournalHistory(FileSystem& files, std::filesystem::path directory, GroupJournal& journal)
        : files_{files}, directory_{std::move(directory)}, journal_{journal} {}

    [[nodiscard]] Lsn oldest() const noexcept override { return journal_.oldest(); }
    [[nodiscard]] Lsn end() const noexcept override { return journal_.readable(); }
    [[nodiscard]] std::unique_ptr<FactCursor> read(Lsn from) override;

private:
    FileSystem& files_;
    const std::filesystem::path directory_;
    GroupJournal& journal_;
};

/// Reads on from its place: what was read is not read again. Frames before the first fact asked for
/// are passed by their headers; of all others every byte is verified. A file that is removed while
/// it is open is read to its end.
class JournalCursor final : public FactCursor {
public:
    JournalCursor(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                  Lsn from) noexcept
        : files_{files}, directory_{directory}, journal_{journal}, next_{from} {}
    JournalCursor(const JournalCursor&) = delete;
    JournalCursor& operator=(const JournalCursor&) = delete;
    /// Remembers the place, for the next one.
    ~JournalCursor() override;

    [[nodiscard]] Lsn next() const noexcept override { return next_; }
    /// \throws CorruptStore, std::system_error
    [[nodiscard]] std::vector<CommittedFact> take(std::size_t most) override;

private:
    using Bytes = std::span<const std::byte>;

    void find_frame();
    void find_place();
    void follow();
    [[nodiscard]] std::unique_ptr<File> open(std::uint64_t segment) const;
    [[nodiscard]] JournalPlace begin_of(File& file, std::uint64_t segment) const;
    [[nodiscard]] bool has_frame();
    void begin_frame(const journal::FrameHeader& header);
    void pass(const journal::FrameHeader& frame);
    void give(std::size_t most, std::vector<CommittedFact>& facts);
    void next_record();
    [[nodiscard]] Bytes at(std::uint64_t offset, std::uint64_t bytes);
    [[noreturn]] void refuse(const std::string& why) const;

    FileSystem& files_;
    const std::filesystem::path& directory_;
    GroupJournal& journal_;
    Lsn next_;

    std::unique_ptr<File> file_;  // null: nothing was read yet
    JournalPlace place_{};        // of the next frame
    JournalPlace frame_place_{};  // of the one whose facts are being given
    std::vector<std::byte> bytes_;
    std::uint64_t bytes_offset_ = 0;  // of bytes_ in the file
    Lsn bytes_readable_ = 0;          // up to there bytes_ are as they stay

    // Of the frame whose facts are being given, in bytes_:
    Bytes records_;        // not begun yet
    Bytes facts_;          // of the record that is begun, not given yet
    UnixMicros time_ = 0;  // of that record
    Lsn lsn_ = 0;          // of the next fact in the frame; place_.next: none is left
};

}  // namespace allot

#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/history.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/group_journal.hpp"
#include "storage/journal/journal_reader.hpp"

namespace allot {

/// A position in a journal that moves forward, with the facts last read there, shared by all
/// readers near it. A reader that reaches its end reads further facts for all. Thread-safe.
class SharedReader {
public:
    /// The largest number of facts read at once.
    static constexpr std::size_t block_facts_max = 256;

    /// \param journal writes the files of the directory; both outlive this.
    SharedReader(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                 Lsn from)
        : reader_{files, directory, journal, from}, first_{from}, next_{from} {}

    /// The first fact kept.
    [[nodiscard]] Lsn first() const noexcept { return first_; }
    /// The next fact to be read, after the last one kept.
    [[nodiscard]] Lsn next() const noexcept { return next_; }
    [[nodiscard]] bool keeps(Lsn lsn) const noexcept { return first_ <= lsn && lsn < next_; }

    /// Returns the kept facts from an LSN on, as far as they are stored together; none when `lsn`
    /// is not kept. When `lsn` is next(), reads at most `most` facts, and at most block_facts_max.
    /// \param kept the number of facts that may be kept afterwards.
    /// \throws as JournalReader::read()
    [[nodiscard]] FactRun from(Lsn lsn, std::size_t most, std::size_t kept);

private:
    void read_on(std::size_t most, std::size_t kept);

    std::mutex mutex_;  // protects all members that change
    JournalReader reader_;
    std::deque<FactRun> blocks_;  // one after the other, none empty
    std::atomic<Lsn> first_;
    std::atomic<Lsn> next_;
};

/// Shares decoded facts among readers near the same position, so that each fact is decoded once. A
/// reader that falls behind joins readers at its position, or starts a range of its own; readers
/// never block each other. It keeps nothing while there is no reader. Thread-safe.
class SharedFacts {
public:
    /// The number of facts kept at the journal's end, some 5 MB: as many as a busy store writes in
    /// a few groups. At any other position a sixteenth of that is kept.
    static constexpr std::size_t facts_max = 128 * SharedReader::block_facts_max;

    /// \param journal writes the files of the directory; both outlive this.
    /// \param most the number of facts kept at the journal's end.
    SharedFacts(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                std::size_t most = facts_max)
        : files_{files}, directory_{directory}, journal_{journal}, most_{most} {}

    /// Registers a reader, until leave().
    void enter();
    void leave() noexcept;

    /// Returns the next facts from a readable LSN on, at least one; reads at most `most`.
    /// \param reader the range that the caller used last, and should use next; null at first.
    /// \throws as JournalReader::read()
    [[nodiscard]] FactRun from(Lsn lsn, std::size_t most, std::shared_ptr<SharedReader>& reader);

private:
    /// Returns the range that keeps the LSN, or reads it next.
    [[nodiscard]] std::shared_ptr<SharedReader> reader_at(Lsn lsn,
                                                          std::shared_ptr<SharedReader> current);
    [[nodiscard]] std::size_t kept_at(Lsn lsn) const noexcept {
        return lsn + most_ > journal_.readable() ? most_ : most_ / 16;
    }

    FileSystem& files_;
    const std::filesystem::path& directory_;
    GroupJournal& journal_;
    const std::size_t most_;

    std::mutex mutex_;  // protects the members below
    std::size_t users_ = 0;
    std::vector<std::weak_ptr<SharedReader>> readers_;
    std::shared_ptr<SharedReader> last_;  // the range used last, kept for the next reader
};

/// Reads through SharedFacts, with the readers near its position.
class JournalCursor final : public FactCursor {
public:
    /// \param shared of the same journal; both outlive this.
    JournalCursor(const GroupJournal& journal, SharedFacts& shared, Lsn from)
        : journal_{journal}, shared_{shared}, next_{from} {
        shared_.enter();
    }
    JournalCursor(const JournalCursor&) = delete;
    JournalCursor& operator=(const JournalCursor&) = delete;
    ~JournalCursor() override { shared_.leave(); }

    [[nodiscard]] Lsn next() const noexcept override { return next_; }
    /// \throws CorruptStore, std::system_error
    [[nodiscard]] FactRun take(std::size_t most) override;

private:
    const GroupJournal& journal_;
    SharedFacts& shared_;
    Lsn next_;
    FactRun rest_;                          // read, but not taken yet
    std::shared_ptr<SharedReader> reader_;  // null: nothing was read yet
};

/// The history of a store, read from the files of its journal while the journal is written. It
/// costs nothing while there is no reader, and reads facts once for all readers at the same
/// position.
class JournalHistory final : public FactHistory {
public:
    /// \param journal writes the files of the directory, and outlives this and its cursors.
    JournalHistory(FileSystem& files, std::filesystem::path directory, GroupJournal& journal)
        : files_{files}, directory_{std::move(directory)}, journal_{journal} {}

    [[nodiscard]] Lsn oldest() const noexcept override { return journal_.oldest(); }
    [[nodiscard]] Lsn end() const noexcept override { return journal_.readable(); }
    [[nodiscard]] const Histories& histories() const noexcept override {
        return journal_.histories();
    }
    [[nodiscard]] std::unique_ptr<FactCursor> read(Lsn from) override;

private:
    FileSystem& files_;
    const std::filesystem::path directory_;
    GroupJournal& journal_;
    SharedFacts shared_{files_, directory_, journal_};
};

}  // namespace allot

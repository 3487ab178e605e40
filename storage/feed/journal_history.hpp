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

/// A place in a journal that moves on, and what was read there last: for all who are at nearly the
/// same place. Whoever comes to its end reads on, for the others too. Thread-safe.
class SharedReader {
public:
    /// Read at once, at the most.
    static constexpr std::size_t block_facts_max = 256;

    /// \param journal writes the files of the directory; both outlive this.
    SharedReader(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                 Lsn from)
        : reader_{files, directory, journal, from}, first_{from}, next_{from} {}

    /// What is kept is from here on …
    [[nodiscard]] Lsn first() const noexcept { return first_; }
    /// … up to here, where it is read on.
    [[nodiscard]] Lsn next() const noexcept { return next_; }
    [[nodiscard]] bool keeps(Lsn lsn) const noexcept { return first_ <= lsn && lsn < next_; }

    /// The facts from an LSN on that are kept, as far as they lie together; none when that is not
    /// kept. At next(), `most` are read, and block_facts_max at the most.
    /// \param kept so many facts may be kept afterwards.
    /// \throws as JournalReader::read()
    [[nodiscard]] FactRun from(Lsn lsn, std::size_t most, std::size_t kept);

private:
    void read_on(std::size_t most, std::size_t kept);

    std::mutex mutex_;  // of all that is changed
    JournalReader reader_;
    std::deque<FactRun> blocks_;  // one after the other, none empty
    std::atomic<Lsn> first_;
    std::atomic<Lsn> next_;
};

/// Has those who read a journal at nearly the same place share what is read there: each fact is
/// read and decoded once for all of them. Who falls behind what the others keep reads on with those
/// he finds there, or alone; nobody waits for him. Nothing is kept while nobody reads. Thread-safe.
class SharedFacts {
public:
    /// Kept at the journal's end for those who come after, some 8 MB: as many as a busy store
    /// writes in a few groups. Wherever else somebody reads, a sixteenth of that.
    static constexpr std::size_t facts_max = 128 * SharedReader::block_facts_max;

    /// \param journal writes the files of the directory; both outlive this.
    /// \param most so many facts are kept at the journal's end.
    SharedFacts(FileSystem& files, const std::filesystem::path& directory, GroupJournal& journal,
                std::size_t most = facts_max)
        : files_{files}, directory_{directory}, journal_{journal}, most_{most} {}

    /// Somebody reads, until he leaves.
    void enter();
    void leave() noexcept;

    /// The next facts, from a readable LSN on: one at least, `most` at the most to be read.
    /// \param reader whom the caller has used last, and should use next; null at first.
    /// \throws as JournalReader::read()
    [[nodiscard]] FactRun from(Lsn lsn, std::size_t most, std::shared_ptr<SharedReader>& reader);

private:
    /// Where the LSN is kept, or read next.
    [[nodiscard]] std::shared_ptr<SharedReader> reader_at(Lsn lsn,
                                                          std::shared_ptr<SharedReader> current);
    [[nodiscard]] std::size_t kept_at(Lsn lsn) const noexcept {
        return lsn + most_ > journal_.readable() ? most_ : most_ / 16;
    }

    FileSystem& files_;
    const std::filesystem::path& directory_;
    GroupJournal& journal_;
    const std::size_t most_;

    std::mutex mutex_;  // of all that follows
    std::size_t users_ = 0;
    std::vector<std::weak_ptr<SharedReader>> readers_;
    std::shared_ptr<SharedReader> last_;  // of somebody, perhaps, who comes and goes
};

/// Reads with those who are at nearly the same place.
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
    FactRun rest_;                          // read, and not taken yet
    std::shared_ptr<SharedReader> reader_;  // null: nothing was read yet
};

/// The history of a store, read from the files of its journal while that is written: what happened
/// costs nothing while nobody reads, and is read once for all who read at the same place.
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

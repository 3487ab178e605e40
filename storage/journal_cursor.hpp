#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <utility>

#include "engine/history.hpp"
#include "storage/file_system.hpp"
#include "storage/group_journal.hpp"
#include "storage/shared_facts.hpp"

namespace allot {

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

}  // namespace allot

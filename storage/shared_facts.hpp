#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/history.hpp"
#include "storage/file_system.hpp"
#include "storage/group_journal.hpp"
#include "storage/shared_reader.hpp"

namespace allot {

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

}  // namespace allot

#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <mutex>

#include "engine/history.hpp"
#include "storage/file_system.hpp"
#include "storage/group_journal.hpp"
#include "storage/journal_reader.hpp"

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

}  // namespace allot

#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/repository.hpp"
#include "storage/journal/journal_scan.hpp"

namespace allot {

/// A random id for a store or a history, or a seed.
[[nodiscard]] std::uint64_t random_id();

/// The state recovered from the files of a store.
struct Recovered {
    std::unique_ptr<Repository> repository;
    JournalScan journal;
    std::vector<Lsn> snapshots;  ///< the starts of the good ones, oldest first
    std::uint64_t replayed = 0;  ///< the number of replayed facts
    Histories histories;  ///< the histories of all facts, also before the journal's beginning
    /// False when the state comes from a snapshot of format version 1, which does not hold the
    /// lines that were short when it was taken.
    bool shortages_known = true;
};

/// Rebuilds a store's state from its newest good snapshot and the journal after that. Changes no
/// file; an empty or missing directory is an empty store. A damaged snapshot is skipped with a
/// warning; an older one and more of the journal replace it. \throws CorruptStore when the files do
/// not hold everything that was acknowledged; std::system_error when a backup or a restore into the
/// directory has not been finished.
Recovered recover(FileSystem& files, const std::filesystem::path& directory,
                  const StoreOptions& options);

/// Recovers from the snapshot with this start, or from the journal alone when `start` is 0; see
/// recover().
Recovered recover_from(FileSystem& files, const std::filesystem::path& directory, Lsn start,
                       const StoreOptions& options);

/// True when a store was ever opened in the directory.
[[nodiscard]] bool holds_store(FileSystem& files, const std::filesystem::path& directory);

/// \throws std::system_error when the directory holds other files and no store, or files of an
/// unfinished backup or restore.
void refuse_foreign_directory(FileSystem& files, const std::filesystem::path& directory);

/// The starts of the snapshots of a store, oldest first, good or not.
std::vector<Lsn> list_snapshots(FileSystem& files, const std::filesystem::path& directory);

}  // namespace allot

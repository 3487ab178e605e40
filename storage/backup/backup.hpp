#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "storage/io/file_system.hpp"
#include "storage/io/sync_plan.hpp"
#include "storage/options.hpp"

#include "engine/fact.hpp"

namespace allot {

/// The refusal of a copy that would lose facts. Nothing has changed.
class CopyRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct CopyOptions {
    bool dry_run = false;  ///< plan only, and change nothing
    /// Allows a backup to replace that of another store, or a later one; a restore to replace any
    /// store.
    bool replace = false;
    std::function<void(const Progress&)> progress = {};
    /// Receives warnings for the operator.
    std::function<void(std::string_view)> warning = {};
};

/// The copy that was made or, for a dry run, would be made.
struct CopyReport {
    std::vector<SyncAction> actions;
    std::uint64_t files = 0;         ///< in the copy
    std::uint64_t bytes = 0;         ///< in the copy
    std::uint64_t bytes_copied = 0;  ///< the part of these that was copied
    Lsn last = 0;                    ///< the LSN of the last fact in the copy
};

/// Copies a store, which a process may have open, to a directory that is empty or holds an earlier
/// copy. The copy is consistent, and holds at least everything that was durable when the call
/// began. See take_image() for reading, DirectoryInstall for writing.
///
/// Unless `replace` is set, it refuses a destination that holds another store or more facts than
/// the source, or for which this cannot be determined. \throws CopyRefused; CorruptStore when the
/// source is damaged; std::system_error when a disk fails or a process has the destination open.
CopyReport backup_store(FileSystem& source_files, const std::filesystem::path& source,
                        FileSystem& files, const std::filesystem::path& destination,
                        const CopyOptions& options);

/// Copies a backup, or any closed store, to a store's directory, after reading, replaying and
/// checking it as check_store() does. The files of a store in the directory stay there under names
/// that begin with `replaced-<n>-`. The backup is not changed. \throws CopyRefused when the
/// directory holds a store and `replace` is not set; CorruptStore when the backup is not good;
/// std::system_error when a disk fails or a process has the directory open.
CopyReport restore_store(FileSystem& backup_files, const std::filesystem::path& backup,
                         FileSystem& files, const std::filesystem::path& directory,
                         const CopyOptions& options);

}  // namespace allot

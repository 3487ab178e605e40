#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/io/file_system.hpp"

// The names of the files in a store's directory, and their roles. FORMAT.md has the table.

namespace allot::store_files {

inline constexpr std::string_view lock = "LOCK";
/// The list of a complete backup's files.
inline constexpr std::string_view manifest = "BACKUP";
/// The list of a directory's future files. While it exists, the directory is incomplete.
inline constexpr std::string_view install_list = "arriving.list";

/// The beginning of the name of a copy of what was cut from a journal's end; for a whole segment,
/// its own name follows.
inline constexpr const char* torn_prefix = "torn-";

/// True for a file that belongs to a store, and to its backup: segments, snapshots, the positions
/// of event sinks, REWOUND, and copies of what was cut from these files.
[[nodiscard]] bool belongs_to_store(std::string_view name);
/// The name of a file that a backup or a restore has copied, before its final name:
/// `arriving-<number>`.
[[nodiscard]] std::string staged_name(std::uint64_t number);
/// \return none for any other name.
[[nodiscard]] std::optional<std::uint64_t> staged_number(std::string_view name);
[[nodiscard]] inline bool is_staged(std::string_view name) {
    return staged_number(name).has_value();
}
/// True for an unfinished file of an open store, which has no meaning once the store is closed.
[[nodiscard]] bool is_unfinished(std::string_view name);
/// True for any file that Allot creates in a store's directory.
[[nodiscard]] bool is_ours(std::string_view name);

[[nodiscard]] bool has(FileSystem& files, const std::filesystem::path& directory,
                       std::string_view name);

/// \throws std::system_error when a backup or a restore into the directory has not been finished.
void refuse_incomplete(FileSystem& files, const std::filesystem::path& directory);

/// Returns the name itself or, if it is taken in the directory, the name with the first free number
/// appended.
[[nodiscard]] std::string unused_name(FileSystem& files, const std::filesystem::path& directory,
                                      const std::string& name);

/// Renames a file durably, to a name that no file has yet. The file always has one of the two
/// names, even if a power cut keeps one half of a rename, unless the file system has no links.
void rename_durably(FileSystem& files, const std::filesystem::path& directory,
                    const std::string& from, const std::string& to);

/// Locks the directory against opening, if a store was ever opened there; creates no file.
/// \return null if none was. \throws StoreInUse when a process has it open.
[[nodiscard]] std::unique_ptr<FileLock> lock_if_there(FileSystem& files,
                                                      const std::filesystem::path& directory);
/// Locks the directory against opening, and creates the lock file if it is missing. \pre the
/// directory exists.
[[nodiscard]] std::unique_ptr<FileLock> lock_directory(FileSystem& files,
                                                       const std::filesystem::path& directory);

}  // namespace allot::store_files

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
/// Lists what a complete backup consists of.
inline constexpr std::string_view manifest = "BACKUP";
/// Lists what a directory is to consist of. While it exists, the directory is incomplete.
inline constexpr std::string_view install_list = "arriving.list";

/// Begins the name of what was cut from a journal's end: for a copy of a segment, its own name
/// follows.
inline constexpr const char* torn_prefix = "torn-";

/// True for a file that belongs to a store, and so into its backup: segments, snapshots, the
/// offsets of event sinks, what a restore or a repair has left, and the copies of what was cut from
/// them.
[[nodiscard]] bool belongs_to_store(std::string_view name);
/// `arriving-<number>`: a file that a backup or a restore has copied, and not put in place yet.
[[nodiscard]] std::string staged_name(std::uint64_t number);
/// \return none for any other name.
[[nodiscard]] std::optional<std::uint64_t> staged_number(std::string_view name);
[[nodiscard]] inline bool is_staged(std::string_view name) {
    return staged_number(name).has_value();
}
/// True for a file that an open store was writing aside: without meaning once the store is closed.
[[nodiscard]] bool is_unfinished(std::string_view name);
/// True for any file that Allot makes in a store's directory.
[[nodiscard]] bool is_ours(std::string_view name);

[[nodiscard]] bool has(FileSystem& files, const std::filesystem::path& directory,
                       std::string_view name);

/// \throws std::system_error when a backup or a restore into the directory has not been finished.
void refuse_incomplete(FileSystem& files, const std::filesystem::path& directory);

/// The name itself, or with the first number behind it that makes it new in the directory.
[[nodiscard]] std::string unused_name(FileSystem& files, const std::filesystem::path& directory,
                                      const std::string& name);

/// Renames a file durably, to a name that no file has yet. At every moment the file has one of both
/// names, even where a power cut may keep one half of a rename; unless the file system knows no
/// links.
void rename_durably(FileSystem& files, const std::filesystem::path& directory,
                    const std::string& from, const std::string& to);

/// Locks the directory against opening, if a store was ever opened there; makes no file.
/// \return null when none was. \throws StoreInUse when one has it open.
[[nodiscard]] std::unique_ptr<FileLock> lock_if_there(FileSystem& files,
                                                      const std::filesystem::path& directory);
/// Likewise, and makes the lock's file where there is none. \pre the directory is there.
[[nodiscard]] std::unique_ptr<FileLock> lock_directory(FileSystem& files,
                                                       const std::filesystem::path& directory);

}  // namespace allot::store_files

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/io/file_system.hpp"

// What the files in a store's directory are called, and which of them are what. FORMAT.md has the
// table.

namespace allot::store_files {

inline constexpr std::string_view lock = "LOCK";
/// Names what a complete backup consists of.
inline constexpr std::string_view manifest = "BACKUP";
/// Names what a directory is to consist of. While it is there, the files are a mixture.
inline constexpr std::string_view install_list = "arriving.list";

/// Begins the name of what was cut from a journal's end: of a segment's copy, its own name follows.
inline constexpr const char* torn_prefix = "torn-";

/// What belongs to a store, and so into its backup: segments, snapshots, the places of event
/// handlers, what a restore or a repair has left, and the copies of what was cut from them.
[[nodiscard]] bool belongs_to_store(std::string_view name);
/// `arriving-<number>`: what a backup or a restore has brought, and not put in place yet.
[[nodiscard]] std::string staged_name(std::uint64_t number);
/// \return none for any other name.
[[nodiscard]] std::optional<std::uint64_t> staged_number(std::string_view name);
[[nodiscard]] inline bool is_staged(std::string_view name) {
    return staged_number(name).has_value();
}
/// What an open store was writing aside: without meaning once it is closed.
[[nodiscard]] bool is_unfinished(std::string_view name);
/// Any file that Allot makes in a store's directory.
[[nodiscard]] bool is_ours(std::string_view name);

[[nodiscard]] bool has(FileSystem& files, const std::filesystem::path& directory,
                       std::string_view name);

/// \throws std::system_error when a backup or a restore into the directory has not been finished.
void refuse_incomplete(FileSystem& files, const std::filesystem::path& directory);

/// The name itself, or with the first number behind it that makes it new in the directory.
[[nodiscard]] std::string unused_name(FileSystem& files, const std::filesystem::path& directory,
                                      const std::string& name);

/// Renames a file durably, to a name that nothing has yet. It has one of both names at every
/// moment, even where a power cut may keep one half of a rename: unless the file system knows no
/// links.
void rename_durably(FileSystem& files, const std::filesystem::path& directory,
                    const std::string& from, const std::string& to);

/// Keeps any process from opening the store, if one ever has been opened there; makes no file.
/// \return null when none has. \throws StoreInUse when one has it open.
[[nodiscard]] std::unique_ptr<FileLock> lock_if_there(FileSystem& files,
                                                      const std::filesystem::path& directory);
/// Likewise, and makes the lock's file where there is none. \pre the directory is there.
[[nodiscard]] std::unique_ptr<FileLock> lock_directory(FileSystem& files,
                                                       const std::filesystem::path& directory);

}  // namespace allot::store_files

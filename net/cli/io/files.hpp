#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace allot::program {

/// A larger input file is refused.
inline constexpr std::size_t file_bytes_max = 256ULL << 20U;

/// \throws std::system_error, naming the file, when it cannot be read or is larger than
/// file_bytes_max.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// True if every user of this machine may read the file.
[[nodiscard]] bool is_readable_by_all(const std::filesystem::path& path);

/// Reads a file as read_file() does. \return nothing if it does not exist.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

/// Replaces a file atomically: writes and syncs another file, renames it, and syncs the directory.
/// Whatever happens, `path` holds its old contents or all of `text`.
/// \throws std::system_error naming the file.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace allot::program

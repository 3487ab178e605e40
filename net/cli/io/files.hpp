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

/// Every user of this machine may read it.
[[nodiscard]] bool is_readable_by_all(const std::filesystem::path& path);

/// As read_file(). \return nothing when there is no such file.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

/// Puts a file in place whole: written aside, synced, renamed, and the directory synced. Whatever
/// happens, `path` holds what it held before or all of `text`.
/// \throws std::system_error naming the file.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace allot::program

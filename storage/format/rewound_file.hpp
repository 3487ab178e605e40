#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/histories.hpp"
#include "storage/io/file_system.hpp"

// A file that states that a restore or a repair has changed what a store holds. It exists until the
// store is next opened for writing: that opening begins a history, whether anything is written or
// not. FORMAT.md states its bytes.

namespace allot::rewound_file {

inline constexpr std::string_view name = "REWOUND";

/// The histories that have left the store with its earlier contents.
using Left = std::vector<Histories::Left>;

[[nodiscard]] std::vector<std::byte> bytes_of(std::uint64_t store_id, const Left& left);

/// \return none when there is no such file. One that is damaged, or another store's, names none
/// that have left. \throws std::system_error
[[nodiscard]] std::optional<Left> read(FileSystem& files, const std::filesystem::path& directory,
                                       std::uint64_t store_id);
/// Writes the file durably, or replaces it. \throws std::system_error
void write(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
           const Left& left);
/// Durably.
void remove(FileSystem& files, const std::filesystem::path& directory);

/// Adds what is not there yet.
void add(Left& left, const Left& more);

}  // namespace allot::rewound_file

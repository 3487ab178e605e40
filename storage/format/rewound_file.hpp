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

// The file REWOUND, which a restore or a repair writes because it changes the contents of a store.
// The next opening for writing begins a history, even if it writes no fact, and removes the file.
// FORMAT.md describes its bytes.

namespace allot::rewound_file {

inline constexpr std::string_view name = "REWOUND";

[[nodiscard]] std::vector<std::byte> bytes_of(std::uint64_t store_id,
                                              std::span<const Histories::LostHistory> lost);

/// \return none when there is no such file; no histories when it is damaged, or another store's.
/// \throws std::system_error
[[nodiscard]] std::optional<Histories::LostHistories> read(FileSystem& files,
                                                           const std::filesystem::path& directory,
                                                           std::uint64_t store_id);
/// Writes the file durably, or replaces it. \throws std::system_error
void write(FileSystem& files, const std::filesystem::path& directory, std::uint64_t store_id,
           std::span<const Histories::LostHistory> lost);
/// Removes the file durably.
void remove(FileSystem& files, const std::filesystem::path& directory);

}  // namespace allot::rewound_file

#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/histories.hpp"
#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"

// The file of an event sink's position in the history. FORMAT.md describes its bytes.

namespace allot::sink_file {

inline constexpr std::size_t name_bytes_max = 32;
/// True for the name of a sink: 1..name_bytes_max of a-z, 0-9 and -.
[[nodiscard]] bool is_name(std::string_view sink) noexcept;
[[nodiscard]] std::string file_name(std::string_view sink);
/// \return the sink's name; none for any other file.
[[nodiscard]] std::optional<std::string> sink_of(std::string_view file_name);
/// True for an unfinished position file, which a start removes.
[[nodiscard]] bool is_temporary(std::string_view file_name);

/// A sink's position in the history.
struct Position {
    Lsn acked = 0;  ///< the last fact for which its call has returned
    /// The history in which this fact was written; none in format version 1.
    std::optional<HistoryId> history = {};

    /// The last of the sink's facts that a store with these histories and this last fact holds.
    /// After a restore, a repair or a power cut in mode `os`, other facts have the LSNs of the lost
    /// ones.
    [[nodiscard]] Lsn last_common(const Histories& histories, Lsn last) const noexcept {
        const Lsn common = std::min(acked, last);
        return history ? histories.divergence_of({*history, acked}).value_or(common) : common;
    }
    friend bool operator==(const Position&, const Position&) = default;
};

/// The sinks whose positions are in a directory.
[[nodiscard]] std::vector<std::string> sinks_in(FileSystem& files,
                                                const std::filesystem::path& directory);
/// \return none when there is no file.
/// \throws CorruptStore when it is damaged, or another store's; UnknownFormat.
[[nodiscard]] std::optional<Position> read(FileSystem& files,
                                           const std::filesystem::path& directory,
                                           std::string_view sink, std::uint64_t store_id);
/// Writes the position durably: a power cut leaves either this position or the previous one.
/// \throws std::system_error
void write(FileSystem& files, const std::filesystem::path& directory, std::string_view sink,
           std::uint64_t store_id, const HistoryCursor& acked);
/// The bytes that write() writes.
[[nodiscard]] std::vector<std::byte> bytes_of(std::uint64_t store_id, const HistoryCursor& acked);

}  // namespace allot::sink_file

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/fact.hpp"
#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"
#include "storage/io/sync_plan.hpp"

namespace allot {

/// The files of a copy of a store, complete or planned. FORMAT.md describes its text.
struct Manifest {
    static constexpr std::uint64_t text_bytes_max = 64U << 20U;
    enum class Purpose : std::uint8_t { backup, restore };
    Purpose purpose = Purpose::backup;
    std::uint64_t store_id = 0;
    Lsn last = 0;  ///< the LSN of the last fact that it holds
    FileContents files;

    friend bool operator==(const Manifest&, const Manifest&) = default;

    [[nodiscard]] std::string text() const;
    /// \return none when the text is not exactly a result of text().
    [[nodiscard]] static std::optional<Manifest> parse(std::string_view text);
};

/// \return none when there is no such file.
/// \throws CorruptStore when it is damaged.
std::optional<Manifest> read_manifest(FileSystem& files, const std::filesystem::path& directory,
                                      std::string_view name);

/// Writes a manifest, or replaces it, atomically and durably.
void write_manifest(FileSystem& files, const std::filesystem::path& directory,
                    std::string_view name, const Manifest& manifest);

}  // namespace allot

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "storage/io/file_system.hpp"

namespace allot {

/// A new file that is removed unless it is completed: the destructor removes it, if it can, unless
/// keep() or rename_to() was called. So a failure returns the space to a full disk.
class TemporaryFile {
public:
    TemporaryFile(FileSystem& files, std::filesystem::path path)
        : files_{files},
          path_{std::move(path)},
          file_{files.open(path_, FileSystem::Mode::create)} {}
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// \pre neither keep() nor rename_to() was called.
    [[nodiscard]] File& file() noexcept { return *file_; }
    /// Closes the file and renames it. The directory is not synced.
    void rename_to(const std::filesystem::path& target);
    /// Closes the file, which stays.
    void keep() noexcept;

private:
    FileSystem& files_;
    std::filesystem::path path_;
    std::unique_ptr<File> file_;
    bool kept_ = false;
};

/// Writes a new file, durably.
void write_durably(FileSystem& files, const std::filesystem::path& directory, std::string_view name,
                   std::span<const std::byte> bytes);
/// Writes a file under a temporary name and renames it, durably: a power cut leaves either this
/// file or the file that it replaces.
void replace_durably(FileSystem& files, const std::filesystem::path& directory,
                     std::string_view temporary_name, std::string_view name,
                     std::span<const std::byte> bytes);

}  // namespace allot

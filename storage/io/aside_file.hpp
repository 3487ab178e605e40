#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <utility>

#include "storage/io/file_system.hpp"

namespace allot {

/// A new file that is removed unless it is completed: the destructor removes it, if it can, unless
/// keep() or put_at() was called. So a failure returns the space to a full disk.
class AsideFile {
public:
    AsideFile(FileSystem& files, std::filesystem::path path)
        : files_{files},
          path_{std::move(path)},
          file_{files.open(path_, FileSystem::Mode::create)} {}
    ~AsideFile() {
        if (kept_) return;
        file_.reset();
        try {
            files_.remove(path_);
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): nothing depends on it
        }
    }
    AsideFile(const AsideFile&) = delete;
    AsideFile& operator=(const AsideFile&) = delete;

    /// \pre neither keep() nor put_at() was called.
    [[nodiscard]] File& file() noexcept { return *file_; }
    /// Closes the file, which stays.
    void keep() noexcept {
        file_.reset();
        kept_ = true;
    }
    /// Closes the file and renames it. The directory is not synced.
    void put_at(const std::filesystem::path& target) {
        file_.reset();
        files_.rename(path_, target);
        kept_ = true;
    }

private:
    FileSystem& files_;
    std::filesystem::path path_;
    std::unique_ptr<File> file_;
    bool kept_ = false;
};

}  // namespace allot

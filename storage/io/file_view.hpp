#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/io/file_system.hpp"

namespace allot {

/// Open files as an immutable directory, independent of later renames and removals: recovery reads
/// what the files held when they were opened, or would hold after a repair. Only the last part of a
/// path counts. Writing throws std::system_error errc::read_only_file_system.
class FileView final : public FileSystem {
public:
    /// Bytes that replace those in the file. \pre they end within the entry.
    struct Patch {
        std::uint64_t offset;
        std::vector<std::byte> bytes;
    };
    struct Entry {
        std::shared_ptr<File> file;  ///< null: the patches have all bytes
        std::uint64_t bytes;         ///< the visible bytes of the file
        std::vector<Patch> patches;
        std::uint64_t zeros = 0;  ///< the zeros visible after these bytes

        [[nodiscard]] std::uint64_t size() const noexcept { return bytes + zeros; }
    };

    void put(const std::string& name, Entry entry) { entries_[name] = std::move(entry); }
    void drop(const std::string& name) { entries_.erase(name); }
    [[nodiscard]] const std::map<std::string, Entry>& entries() const noexcept { return entries_; }

    std::unique_ptr<File> open(const std::filesystem::path& path, Mode mode) override;
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool link(const std::filesystem::path& from, const std::filesystem::path& to) override;
    void remove(const std::filesystem::path& path) override;
    void sync_directory(const std::filesystem::path& directory) override;
    void create_directories(const std::filesystem::path& directory) override;
    std::vector<std::string> list(const std::filesystem::path& directory) override;
    std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override;

private:
    std::map<std::string, Entry> entries_;
};

}  // namespace allot

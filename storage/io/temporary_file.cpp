#include "storage/io/temporary_file.hpp"

#include <exception>

namespace allot {

TemporaryFile::~TemporaryFile() {
    if (kept_) return;
    file_.reset();
    try {
        files_.remove(path_);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): nothing depends on it
    }
}

void TemporaryFile::rename_to(const std::filesystem::path& target) {
    file_.reset();
    files_.rename(path_, target);
    path_ = target;
}

void TemporaryFile::keep() noexcept {
    file_.reset();
    kept_ = true;
}

void write_durably(FileSystem& files, const std::filesystem::path& directory, std::string_view name,
                   std::span<const std::byte> bytes) {
    TemporaryFile file{files, directory / name};
    file.file().write_at(0, bytes);
    file.file().sync();
    file.keep();
    files.sync_directory(directory);
}

void replace_durably(FileSystem& files, const std::filesystem::path& directory,
                     std::string_view temporary_name, std::string_view name,
                     std::span<const std::byte> bytes) {
    TemporaryFile file{files, directory / temporary_name};
    file.file().write_at(0, bytes);
    file.file().sync();
    file.rename_to(directory / name);
    file.keep();
    files.sync_directory(directory);
}

}  // namespace allot

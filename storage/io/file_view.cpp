#include "storage/io/file_view.hpp"

#include <algorithm>
#include <system_error>

namespace allot {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path) {
    throw std::system_error{std::make_error_code(std::errc::read_only_file_system), path.string()};
}

/// Copies the part of `bytes`, which begin at `offset`, that is in the window [from, from + size).
void overlay(std::uint64_t offset, std::span<const std::byte> bytes, std::uint64_t from,
             std::span<std::byte> window) {
    const std::uint64_t begin = std::max(offset, from);
    const std::uint64_t end = std::min(offset + bytes.size(), from + window.size());
    if (begin >= end) return;
    std::ranges::copy(bytes.subspan(begin - offset, end - begin),
                      window.subspan(begin - from).begin());
}

class ViewedFile final : public File {
public:
    explicit ViewedFile(FileView::Entry entry) : entry_{std::move(entry)} {}

    void sync() override { refuse("a file of a read-only view"); }
    void truncate(std::uint64_t) override { refuse("a file of a read-only view"); }
    [[nodiscard]] std::uint64_t size() const override { return entry_.size(); }

protected:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
        if (offset >= entry_.size()) return 0;
        into = into.first(std::min<std::uint64_t>(into.size(), entry_.size() - offset));
        std::size_t from_file = offset < entry_.bytes ? entry_.bytes - offset : 0;
        from_file = std::min(from_file, into.size());
        if (entry_.file != nullptr && from_file > 0) {
            const std::size_t read = entry_.file->read_at(offset, into.first(from_file));
            if (read < from_file) into = into.first(read);  // it has become shorter
        } else {
            from_file = 0;
        }
        std::ranges::fill(into.subspan(std::min(from_file, into.size())), std::byte{0});
        for (const auto& patch : entry_.patches) overlay(patch.offset, patch.bytes, offset, into);
        return into.size();
    }
    std::size_t write_some(std::uint64_t, std::span<const std::byte>) override {
        refuse("a file of a read-only view");
    }

private:
    FileView::Entry entry_;
};

}  // namespace

std::unique_ptr<File> FileView::open(const std::filesystem::path& path, Mode mode) {
    if (mode != Mode::read) refuse(path);
    const auto found = entries_.find(path.filename().string());
    if (found == entries_.end()) {
        throw std::system_error{std::make_error_code(std::errc::no_such_file_or_directory),
                                path.string()};
    }
    return std::make_unique<ViewedFile>(found->second);
}

std::vector<std::string> FileView::list(const std::filesystem::path&) {
    std::vector<std::string> names;
    names.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
}

void FileView::rename(const std::filesystem::path& from, const std::filesystem::path&) {
    refuse(from);
}
bool FileView::link(const std::filesystem::path& from, const std::filesystem::path&) {
    refuse(from);
}
void FileView::remove(const std::filesystem::path& path) { refuse(path); }
void FileView::sync_directory(const std::filesystem::path& directory) { refuse(directory); }
void FileView::create_directories(const std::filesystem::path& directory) { refuse(directory); }
std::unique_ptr<FileLock> FileView::lock(const std::filesystem::path& path) { refuse(path); }

}  // namespace allot

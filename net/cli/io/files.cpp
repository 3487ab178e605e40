#include "net/cli/io/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace allot::program {
namespace {

static_assert(file_bytes_max == 256U << 20U);
constexpr std::string_view too_large = "larger than 256 MiB:";

[[noreturn]] void fail(std::string_view deed, const std::filesystem::path& path,
                       int error = errno) {
    throw std::system_error{error, std::generic_category(),
                            std::string{deed} + " " + path.string()};
}

/// An open file, closed with its scope.
class File {
public:
    File(const std::filesystem::path& path, int flags)
        : descriptor_{::open(path.c_str(), flags | O_CLOEXEC, 0666)} {}
    ~File() {
        if (is_open()) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

std::string read_all(const File& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail("cannot read", path);
    if (S_ISDIR(status.st_mode)) fail("cannot read", path, EISDIR);
    const auto size_known = static_cast<std::size_t>(status.st_size);  // a pipe's is not
    if (size_known > file_bytes_max) fail(too_large, path, EFBIG);
    std::string text;
    for (;;) {
        constexpr std::size_t piece = 1U << 20U;
        const std::size_t had = text.size();
        text.resize(had + piece);
        const ssize_t got = ::read(file.get(), text.data() + had, piece);
        text.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got == 0) return text;
        if (got < 0 && errno != EINTR) fail("cannot read", path);
        if (text.size() > file_bytes_max) fail(too_large, path, EFBIG);
    }
}

void write_all(const File& file, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t put = ::write(file.get(), text.data(), text.size());
        if (put < 0 && errno != EINTR) fail("cannot write", path);
        if (put > 0) text.remove_prefix(static_cast<std::size_t>(put));
    }
    if (::fsync(file.get()) != 0) fail("cannot sync", path);
}

/// Removes the file that was written aside, unless it has been put in place.
class Aside {
public:
    explicit Aside(const std::filesystem::path& path)
        : path_{path.string() + "." + std::to_string(::getpid()) + ".new"} {}
    ~Aside() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    void rename_to(const std::filesystem::path& path) {
        if (::rename(path_.c_str(), path.c_str()) != 0) fail("cannot write", path);
        path_.clear();
    }

private:
    std::filesystem::path path_;
};

void sync_directory_of(const std::filesystem::path& path) {
    const auto directory = path.has_parent_path() ? path.parent_path() : ".";
    const File file{directory, O_RDONLY | O_DIRECTORY};
    if (!file.is_open() || ::fsync(file.get()) != 0) fail("cannot sync", directory);
}

}  // namespace

bool is_readable_by_all(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

std::string read_file(const std::filesystem::path& path) {
    auto text = read_file_if_there(path);
    if (!text) fail("cannot read", path, ENOENT);
    return std::move(*text);
}

std::optional<std::string> read_file_if_there(const std::filesystem::path& path) {
    const File file{path, O_RDONLY};
    if (file.is_open()) return read_all(file, path);
    if (errno == ENOENT) return std::nullopt;
    fail("cannot read", path);
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    Aside aside{path};
    {
        const File file{aside.path(), O_WRONLY | O_CREAT | O_TRUNC};
        if (!file.is_open()) fail("cannot write", path);
        write_all(file, text, path);
    }
    aside.rename_to(path);
    sync_directory_of(path);
}

}  // namespace allot::program

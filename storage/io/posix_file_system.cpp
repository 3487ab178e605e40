#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "storage/io/file_system.hpp"

namespace allot {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* call, const fs::path& path) {
    throw std::system_error{errno, std::generic_category(),
                            std::string{call} + " " + path.string()};
}

class Descriptor {
public:
    Descriptor(const fs::path& path, int flags) {
        do {
            fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
        } while (fd_ < 0 && errno == EINTR);
        if (fd_ < 0) fail("open", path);
    }
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const noexcept { return fd_; }

    [[nodiscard]] struct stat status(const fs::path& path) const {
        struct stat status {};
        if (::fstat(fd_, &status) != 0) fail("fstat", path);
        return status;
    }

private:
    int fd_;
};

class RegularFile : public Descriptor {
public:
    /// O_NONBLOCK: opening a FIFO must not wait for a process at its other end.
    RegularFile(const fs::path& path, int flags) : Descriptor{path, flags | O_NONBLOCK} {
        if (S_ISREG(status(path).st_mode)) return;
        errno = EINVAL;
        fail("open: not a regular file:", path);
    }
};

class PosixFile final : public File {
public:
    PosixFile(fs::path path, int flags) : path_{std::move(path)}, fd_{path_, flags} {}

    void sync() override {
        if (::fdatasync(fd_.get()) != 0) fail("fdatasync", path_);
    }
    /// Uses no flag that waits: such a call would consume an error that a sync has to report.
    void begin_sync(std::uint64_t offset, std::uint64_t bytes) noexcept override {
        (void)::sync_file_range(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes),
                                SYNC_FILE_RANGE_WRITE);
    }
    void truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) fail("ftruncate", path_);
    }
    void allocate(std::uint64_t size) override {
        if (::fallocate(fd_.get(), 0, 0, static_cast<off_t>(size)) == 0) return;
        if (errno != EOPNOTSUPP && errno != ENOSYS) fail("fallocate", path_);
        truncate(size);
    }
    [[nodiscard]] std::uint64_t size() const override {
        return static_cast<std::uint64_t>(fd_.status(path_).st_size);
    }

protected:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) override {
        const auto got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0) fail("read", path_);
        return static_cast<std::size_t>(got);
    }
    std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) override {
        const auto put =
            ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0) fail("write", path_);
        return static_cast<std::size_t>(put);
    }

private:
    fs::path path_;
    RegularFile fd_;
};

/// Locks the file and its directory: the file may be removed while it is locked, and created again.
class PosixLock final : public FileLock {
public:
    explicit PosixLock(const fs::path& path)
        : directory_{path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY},
          file_{path, O_RDONLY | O_CREAT} {
        for (const int each : {directory_.get(), file_.get()}) {
            if (::flock(each, LOCK_EX | LOCK_NB) != 0) fail("lock", path);
        }
    }

private:
    Descriptor directory_;  // closing the descriptors releases the locks
    RegularFile file_;
};

class PosixFileSystem final : public FileSystem {
public:
    std::unique_ptr<File> open(const fs::path& path, Mode mode) override {
        constexpr int flags[] = {O_RDONLY, O_RDWR, O_RDWR | O_CREAT | O_EXCL};
        if (mode == Mode::create && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
            fail("unlink", path);
        }
        return std::make_unique<PosixFile>(path, flags[static_cast<std::size_t>(mode)]);
    }
    void rename(const fs::path& from, const fs::path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) fail("rename", from);
    }
    bool link(const fs::path& from, const fs::path& to) override {
        if (::link(from.c_str(), to.c_str()) == 0) return true;
        // The errors of file systems without links, or without further ones.
        if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK)
            return false;
        fail("link", from);
    }
    void remove(const fs::path& path) override {
        if (::unlink(path.c_str()) != 0) fail("unlink", path);
    }
    void sync_directory(const fs::path& directory) override {
        const Descriptor fd{directory, O_RDONLY | O_DIRECTORY};
        if (::fsync(fd.get()) != 0) fail("fsync", directory);
    }
    void create_directories(const fs::path& directory) override {
        const fs::path full = fs::absolute(directory).lexically_normal();
        fs::path made;
        for (const fs::path& part : full) {
            const fs::path parent = made;
            made /= part;
            if (part.empty() || fs::is_directory(made)) continue;
            if (::mkdir(made.c_str(), 0777) != 0 && errno != EEXIST)
                fail("cannot create the directory", made);
            sync_directory(parent);
        }
    }
    std::vector<std::string> list(const fs::path& directory) override {
        std::vector<std::string> names;
        if (!fs::exists(directory)) return names;
        std::error_code error;
        const fs::directory_iterator entries{directory, error};
        if (error) {
            errno = error.value();
            fail("cannot read the directory", directory);
        }
        for (const auto& entry : entries) {
            names.push_back(entry.path().filename().string());
        }
        std::ranges::sort(names);
        return names;
    }
    std::uint64_t free_bytes(const fs::path& directory) noexcept override {
        struct statvfs status {};
        if (::statvfs(directory.c_str(), &status) != 0) return FileSystem::free_bytes(directory);
        return std::uint64_t{status.f_bavail} * status.f_frsize;
    }
    std::unique_ptr<FileLock> lock(const fs::path& path) override {
        return std::make_unique<PosixLock>(path);
    }
};

}  // namespace

FileSystem& posix_file_system() {
    static PosixFileSystem system;
    return system;
}

}  // namespace allot

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace allot {

/// An open file. Errors of the operating system are std::system_error. The functions that are not
/// virtual complete system calls that were short or interrupted.
class File {
public:
    virtual ~File() = default;

    /// \return how many bytes were read: fewer than requested only at the end of the file.
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into);
    /// Writes all bytes, or throws.
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);

    /// Makes everything written so far durable, whichever process wrote it, also when the file is
    /// open for reading only. After a failure nothing is known of the data written since the last
    /// success, and the sync must not be repeated: the system may have dropped the data.
    virtual void sync() = 0;
    /// Makes the system begin to write these bytes to the disk, so that a later sync takes less
    /// time. A hint: nothing may depend on it.
    virtual void begin_sync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/) noexcept {}
    virtual void truncate(std::uint64_t size) = 0;
    /// Extends a new, empty file with zeros to this size, and reserves their space on the disk
    /// where the file system can.
    virtual void allocate(std::uint64_t size) { truncate(size); }
    [[nodiscard]] virtual std::uint64_t size() const = 0;

protected:
    /// Makes a single system call; may be short, may throw errc::interrupted.
    virtual std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) = 0;
    virtual std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
};

/// Holds a lock during its lifetime.
class FileLock {
public:
    virtual ~FileLock() = default;
};

/// The part of a file system that a store uses. Every call throws std::system_error, with the
/// path in its text, when the system refuses.
class FileSystem {
public:
    enum class Mode : std::uint8_t {
        read,    ///< an existing file, not to be changed
        update,  ///< an existing file
        create,  ///< a new file; an existing one of the name is unlinked, not overwritten
    };

    virtual ~FileSystem() = default;
    [[nodiscard]] virtual std::unique_ptr<File> open(const std::filesystem::path& path,
                                                     Mode mode) = 0;
    virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Gives a file a second name in the same directory, which no file has yet.
    /// \return false when the file system has no links.
    [[nodiscard]] virtual bool link(const std::filesystem::path& from,
                                    const std::filesystem::path& to) = 0;
    virtual void remove(const std::filesystem::path& path) = 0;
    /// Makes the directory's entries durable: what was created, renamed or removed in it.
    virtual void sync_directory(const std::filesystem::path& directory) = 0;
    /// Creates the directory, and its parents, if they do not exist.
    virtual void create_directories(const std::filesystem::path& directory) = 0;
    /// The names in a directory, sorted. Empty when there is no such directory.
    [[nodiscard]] virtual std::vector<std::string> list(const std::filesystem::path& directory) = 0;
    /// The free bytes of the directory's file system. Other processes use them, too, and a quota
    /// may leave fewer. If unknown: the largest number.
    [[nodiscard]] virtual std::uint64_t free_bytes(
        const std::filesystem::path& /*directory*/) noexcept {
        return std::numeric_limits<std::uint64_t>::max();
    }
    /// Locks a file, created if it does not exist, against every other lock() of it, in this
    /// process and others. \throws std::system_error errc::resource_unavailable_try_again when it
    /// is locked.
    [[nodiscard]] virtual std::unique_ptr<FileLock> lock(const std::filesystem::path& path) = 0;
};

[[nodiscard]] FileSystem& posix_file_system();

}  // namespace allot

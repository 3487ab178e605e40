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

/// An open file. What the operating system refuses is a std::system_error; the calls that may do
/// less than asked, or be interrupted, are finished here, on top of the port.
class File {
public:
    virtual ~File() = default;

    /// \return how many bytes were read: fewer than asked only at the end of the file.
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into);
    /// Writes all of it, or throws.
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);

    /// Makes everything written so far durable, by whomever, and also if this one is open to be
    /// read only. After a failure nothing is known of what was written since the last success; it
    /// must not be tried again (the system may have dropped it).
    virtual void sync() = 0;
    /// Has the system begin to put these bytes on the disk, so that a sync to come has less to wait
    /// for. A hint: nothing may depend on it.
    virtual void begin_sync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/) noexcept {}
    virtual void truncate(std::uint64_t size) = 0;
    /// Makes a new, empty file so long, in zeros, and reserves what the disk needs for them where
    /// the file system can do that.
    virtual void allocate(std::uint64_t size) { truncate(size); }
    [[nodiscard]] virtual std::uint64_t size() const = 0;

protected:
    /// One system call; may be short, may throw errc::interrupted.
    virtual std::size_t read_some(std::uint64_t offset, std::span<std::byte> into) = 0;
    virtual std::size_t write_some(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
};

/// Holds a lock as long as it lives.
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
        create,  ///< a new file; one that has the name loses it, and keeps its bytes
    };

    virtual ~FileSystem() = default;
    [[nodiscard]] virtual std::unique_ptr<File> open(const std::filesystem::path& path,
                                                     Mode mode) = 0;
    virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Gives a file a second name, in the same directory, that nothing has yet.
    /// \return false where the file system cannot.
    [[nodiscard]] virtual bool link(const std::filesystem::path& from,
                                    const std::filesystem::path& to) = 0;
    virtual void remove(const std::filesystem::path& path) = 0;
    /// Makes the directory's entries durable: what was created, renamed or removed in it.
    virtual void sync_directory(const std::filesystem::path& directory) = 0;
    /// Makes the directory, and its parents, where they are not there.
    virtual void create_directories(const std::filesystem::path& directory) = 0;
    /// The names in a directory, sorted. Empty when there is no such directory.
    [[nodiscard]] virtual std::vector<std::string> list(const std::filesystem::path& directory) = 0;
    /// How many bytes a directory's file system has left for this process. Others take them, too,
    /// and a quota may leave fewer. Where that is not known: the largest number.
    [[nodiscard]] virtual std::uint64_t free_bytes(
        const std::filesystem::path& /*directory*/) noexcept {
        return std::numeric_limits<std::uint64_t>::max();
    }
    /// Locks a file, made if need be, against every other lock() of it, in this process and others.
    /// \throws std::system_error errc::resource_unavailable_try_again when another holds it.
    [[nodiscard]] virtual std::unique_ptr<FileLock> lock(const std::filesystem::path& path) = 0;
};

/// The operating system's.
[[nodiscard]] FileSystem& posix_file_system();

}  // namespace allot

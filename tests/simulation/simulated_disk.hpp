#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "storage/file_system.hpp"

namespace allot::testing {

using Random = std::mt19937_64;

/// What an operation does to a disk; reads of files and directories are no such thing.
enum class DiskOperation : std::uint8_t {
    open,  ///< of an existing file
    create,
    write,
    sync,
    truncate,
    rename,
    remove,
    sync_directory,
};

/// A disk in memory behind a page cache of its own: what was written, and not synced, is there
/// until the power is cut. after_power_cut() then draws from what a real disk may have kept:
///
/// - of each file the sectors (512 bytes) written since its last sync, each kept or lost, one of
///   them perhaps torn; changes of its length likewise;
/// - of each directory what was created, renamed and removed since it was last synced, each kept
///   or lost.
///
/// One failure can be planted, once or for ever. A sync that fails forgets what it should have
/// written, as Linux does: the cache still shows it, the disk will never hold it.
///
/// Thread-safe. Only directories of one level are known: a store uses no other.
class SimulatedDisk final : public FileSystem {
public:
    SimulatedDisk() = default;
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    std::unique_ptr<File> open(const std::filesystem::path& path, Mode mode) override;
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    void remove(const std::filesystem::path& path) override;
    void sync_directory(const std::filesystem::path& directory) override;
    void create_directories(const std::filesystem::path& directory) override;
    std::vector<std::string> list(const std::filesystem::path& directory) override;
    std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override;

    /// Called before each operation, outside of any lock: the place for a test to cut the power.
    std::function<void(DiskOperation)> before;

    /// Operations so far.
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    struct Failure {
        std::uint64_t at;  ///< operations() before the first one that fails
        std::errc code;    ///< `interrupted` is followed by success
        bool for_ever;
        bool short_write = false;  ///< a write does half of its work, and no error is told
    };
    void plant(const Failure& failure) { failure_ = failure; }
    /// Operations that were asked for after the failure had been reported.
    [[nodiscard]] std::uint64_t asked_after_failure() const noexcept { return asked_after_; }

    /// A disk as the next start may find it.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_power_cut(Random& random) const;
    /// This disk as the next process finds it after a kill: nothing is lost, and what was not
    /// synced still is not.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_kill() const;

    // For tests that damage a file, or make one; both without an operation, and durable.
    [[nodiscard]] std::vector<std::byte> contents(const std::filesystem::path& path) const;
    void put(const std::filesystem::path& path, std::vector<std::byte> bytes);
    /// True when both hold the same files with the same bytes, as the cache shows them.
    [[nodiscard]] bool same_as(const SimulatedDisk& other) const;

private:
    using Bytes = std::vector<std::byte>;
    struct Write {
        std::uint64_t offset;
        Bytes bytes;
    };
    struct Resize {
        std::uint64_t size;
    };
    struct Inode {
        Bytes now;
        Bytes durable;
        std::vector<std::variant<Write, Resize>> unsynced;
    };
    using Entries = std::map<std::string, std::shared_ptr<Inode>>;
    struct Directory {
        Entries now;
        Entries durable;
        struct Change {
            std::string name;
            std::shared_ptr<Inode> inode;  // null: the name is gone
            std::string instead_of;        // a rename's old name, gone at the same moment
        };
        std::vector<Change> unsynced;
    };
    class SimulatedFile;
    class SimulatedLock;

    /// Counts an operation. \throws the planted failure. \return true when it is to be cut short.
    bool meet(DiskOperation operation);
    Directory& directory_of(const std::filesystem::path& path);
    static Bytes drawn(const Inode& inode, Random& random);

    mutable std::mutex mutex_;
    std::map<std::string, Directory> directories_;
    std::map<std::string, bool> locks_;
    std::uint64_t operations_ = 0;
    std::optional<Failure> failure_;
    bool failed_ = false;
    std::uint64_t asked_after_ = 0;
};

}  // namespace allot::testing

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/io/file_system.hpp"

namespace allot::testing {

using Random = std::mt19937_64;

enum class DiskOperation : std::uint8_t {
    open,  ///< of an existing file
    create,
    write,
    sync,
    truncate,
    rename,
    link,
    remove,
    sync_directory,
    create_directory,
    read,
    close,  ///< of a file that may have been written
};

/// A function that a test may replace while other threads call it. A call that is under way then
/// ends with the function that it began with.
class Hook {
public:
    using Function = std::function<void(DiskOperation)>;

    Hook& operator=(Function function) {
        auto next = function ? std::make_shared<const Function>(std::move(function)) : nullptr;
        const std::scoped_lock lock{mutex_};
        function_.swap(next);
        return *this;
    }
    void operator()(DiskOperation operation) const {
        if (const auto function = current()) (*function)(operation);
    }

private:
    [[nodiscard]] std::shared_ptr<const Function> current() const {
        const std::scoped_lock lock{mutex_};
        return function_;
    }

    mutable std::mutex mutex_;
    std::shared_ptr<const Function> function_;  // null: none
};

/// A disk in memory behind a page cache of its own: what was written, and not synced, is there
/// until the power is cut. after_power_cut() then draws from what a real disk may have kept:
///
/// - of each file the sectors (512 bytes) written since its last sync, each kept or lost, one of
///   them perhaps torn; changes of its length likewise, with the bytes or without;
/// - of each directory what was created, renamed and removed since it was last synced, each kept
///   or lost; of a rename perhaps the first half alone, so that both names are there.
///
/// One failure can be planted, once or for ever. What it leaves is as bad as a system may leave it:
///
/// - a write has done half of its work;
/// - a sync has made an arbitrary part durable and forgets the rest, as Linux does: the cache still
///   shows it, no later sync will write it. So does a close, whose failure is not reported;
/// - a rename may have happened;
/// - a sync of a directory has made an arbitrary part durable, and the rest can be synced later:
///   file systems that lose entries stop.
///
/// All draws come from the seed. Thread-safe. Only directories of one level are known, and they are
/// durable at once: a store uses no other.
class SimulatedDisk final : public FileSystem {
public:
    explicit SimulatedDisk(std::uint64_t seed = 0) : random_{seed} {}
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    std::unique_ptr<File> open(const std::filesystem::path& path, Mode mode) override;
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool link(const std::filesystem::path& from, const std::filesystem::path& to) override;
    void remove(const std::filesystem::path& path) override;
    void sync_directory(const std::filesystem::path& directory) override;
    void create_directories(const std::filesystem::path& directory) override;
    std::vector<std::string> list(const std::filesystem::path& directory) override;
    std::uint64_t free_bytes(const std::filesystem::path& directory) noexcept override;
    std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override;

    /// Called before each operation that may change the disk (so not for reading), outside of any
    /// lock: here a test cuts the power. A store's threads may be at work when a test sets it.
    Hook before;

    /// False: it knows no second names, as some file systems do not.
    bool links = true;

    /// The disk holds so many bytes of files, by their lengths, and no file grows beyond that.
    void set_capacity(std::uint64_t bytes);
    /// False: free_bytes() tells nothing of it, as where a quota bounds a user.
    bool tells_free_bytes = true;
    static constexpr std::uint64_t no_capacity = std::numeric_limits<std::uint64_t>::max();
    /// Bytes of the files that have a name.
    [[nodiscard]] std::uint64_t used_bytes() const;

    /// Operations so far, of every kind.
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    struct Failure {
        std::uint64_t at;  ///< operations() before the first one that fails
        /// `interrupted`, of a read or a write, is followed by success at the next try.
        std::errc code;
        bool for_ever;
        bool short_write = false;  ///< reads and writes do half of their work, and tell no error
    };
    void plant(const Failure& failure) {
        failure_ = failure;
        spent_ = false;
    }
    /// True once a failure was told: not a short write, an interruption, or a failed close.
    [[nodiscard]] bool failure_told() const noexcept { return failures_told_ != 0; }
    [[nodiscard]] std::uint64_t failures_told() const noexcept { return failures_told_; }
    /// Operations that were asked for after a failure had been told.
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
            std::string instead_of;        // a rename's old name
        };
        std::vector<Change> unsynced;
    };
    class SimulatedFile;
    class SimulatedLock;

    enum class Outcome : std::uint8_t { good, cut_short, interrupted, fails };
    /// Counts an operation, and says what becomes of it.
    Outcome meet(DiskOperation operation);
    [[nodiscard]] Outcome outcome_of(DiskOperation operation, std::uint64_t number);
    /// As meet(). \throws the planted failure.
    void pass(DiskOperation operation, const std::filesystem::path& path);
    [[noreturn]] void fail(const std::filesystem::path& path) const;
    Directory& directory_of(const std::filesystem::path& path);
    /// How many more bytes files may have. \pre mutex_ is held
    [[nodiscard]] std::uint64_t left() const;
    [[nodiscard]] std::uint64_t used_now() const;

    // What a power cut, or a failed sync, leaves of a file or a directory.
    static Bytes drawn(const Inode& inode, Random& random);
    static Entries drawn(const Directory& directory, Random& random);

    mutable std::mutex mutex_;  // of all that follows
    Random random_;
    std::map<std::string, Directory> directories_;
    std::map<std::string, bool> locks_;
    std::optional<Failure> failure_;
    bool spent_ = false;        // it was to happen once, and has
    bool interrupted_ = false;  // the last read or write was; the next try is let through
    std::atomic<std::uint64_t> operations_ = 0;
    std::atomic<std::uint64_t> failures_told_ = 0;
    std::uint64_t capacity_ = no_capacity;
    std::atomic<std::uint64_t> asked_after_ = 0;
};

}  // namespace allot::testing

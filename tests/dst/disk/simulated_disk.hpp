#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/io/file_system.hpp"
#include "tests/commands/chance.hpp"

namespace allot::testing {

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

/// A function that a test may replace while other threads call it; a running call is not affected.
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

/// A disk in memory with a page cache: bytes that were written but not synced exist until the power
/// is cut. after_power_cut() then draws one of the states that a real disk may have:
///
/// - of each file, each sector (512 bytes) written since its last sync is kept or lost, and one may
/// be
///   torn; changes of its length likewise, with the bytes or without;
/// - of each directory, each creation, renaming and removal since its last sync is kept or lost; of
/// a
///   rename perhaps only the first half is kept, so that both names exist.
///
/// One failure can be injected, once or permanently, with the worst effects that a system may have:
///
/// - a write has written half of its bytes;
/// - a sync has made an arbitrary part durable and marks the rest as clean, as Linux does: the
/// cache
///   still shows it, but no later sync writes it. So does a close, whose failure is not reported;
/// - a rename may have happened;
/// - a sync of a directory has made an arbitrary part durable, and the rest can be synced later.
///
/// All draws come from the seed. Thread-safe. It has only directories of one level, which are
/// durable at once: a store uses no others.
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

    /// Called before each operation that may change the disk (not before reads), without a lock: a
    /// test can cut the power here. A test may set it while a store's threads run.
    Hook before;

    /// False: it has no links, like some file systems.
    bool links = true;

    /// Limits the sum of the files' lengths.
    void set_capacity(std::uint64_t bytes);
    /// False: free_bytes() does not reflect the limit, as with a quota.
    bool tells_free_bytes = true;
    static constexpr std::uint64_t no_capacity = std::numeric_limits<std::uint64_t>::max();
    /// The bytes of the files that have a name.
    [[nodiscard]] std::uint64_t used_bytes() const;

    /// Operations so far, of every kind.
    [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

    struct Failure {
        std::uint64_t at;  ///< operations() before the first one that fails
        /// After `interrupted`, the next attempt of the read or write succeeds.
        std::errc code;
        bool for_ever;
        bool short_write = false;  ///< reads and writes do half of their work, without an error
    };
    void inject(const Failure& failure) {
        failure_ = failure;
        spent_ = false;
    }
    /// True once a failure was reported: not for a short write, an interruption, or a failed close.
    [[nodiscard]] bool failure_reported() const noexcept { return failures_reported_ != 0; }
    [[nodiscard]] std::uint64_t failures_reported() const noexcept { return failures_reported_; }
    /// Operations that were requested after a failure had been reported.
    [[nodiscard]] std::uint64_t asked_after_failure() const noexcept { return asked_after_; }

    /// A disk as the next start may find it.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_power_cut(Random& random) const;
    /// This disk as the next process finds it after a kill: nothing is lost, and unsynced bytes are
    /// still unsynced.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_kill() const;

    // For tests that damage or create a file, durably and without an operation.
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
    /// Counts an operation, and decides its outcome.
    Outcome meet(DiskOperation operation);
    [[nodiscard]] Outcome outcome_of(DiskOperation operation, std::uint64_t number);
    /// As meet(). \throws the injected failure.
    void pass(DiskOperation operation, const std::filesystem::path& path);
    [[noreturn]] void fail(const std::filesystem::path& path) const;
    Directory& directory_of(const std::filesystem::path& path);
    /// The free bytes of the disk. \pre mutex_ is held
    [[nodiscard]] std::uint64_t left() const;
    [[nodiscard]] std::uint64_t used_now() const;

    // The contents of a file or a directory after a power cut or a failed sync.
    static Bytes drawn(const Inode& inode, Random& random);
    static Entries drawn(const Directory& directory, Random& random);

    mutable std::mutex mutex_;  // protects the members below
    Random random_;
    std::map<std::string, Directory> directories_;
    std::map<std::string, bool> locks_;
    std::optional<Failure> failure_;
    bool spent_ = false;        // the failure was to happen once, and has
    bool interrupted_ = false;  // the last read or write was interrupted; the next one succeeds
    std::atomic<std::uint64_t> operations_ = 0;
    std::atomic<std::uint64_t> failures_reported_ = 0;
    std::uint64_t capacity_ = no_capacity;
    std::atomic<std::uint64_t> asked_after_ = 0;
};

}  // namespace allot::testing

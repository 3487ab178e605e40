#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/ports.hpp"
#include "storage/group_buffer.hpp"
#include "storage/journal_writer.hpp"
#include "storage/options.hpp"

namespace allot {

/// A segment of a journal that is in use.
struct SegmentInfo {
    std::uint64_t number;
    Lsn first;  ///< of the first fact in it
};

/// The journal on disk, with group commit: units of work collect in one buffer while a thread of
/// its own writes and syncs the other; what came meanwhile is the next group. No unit waits for a
/// timer. append() and flush() are for one caller at a time (see TurnMutex); everything else may be
/// called from any thread.
class GroupJournal final : public Journal {
public:
    /// options.warning is told when a segment could not be prepared, and why the storage failed.
    GroupJournal(FileSystem& files, const std::filesystem::path& directory, const JournalTail& tail,
                 std::vector<SegmentInfo> segments, const StoreOptions& options);
    ~GroupJournal() override { close(); }
    GroupJournal(const GroupJournal&) = delete;
    GroupJournal& operator=(const GroupJournal&) = delete;

    Lsn append(std::span<const Fact> unit, UnixMicros now) override;
    void flush() noexcept override;
    [[nodiscard]] Lsn last() const noexcept override { return last_; }
    [[nodiscard]] Lsn durable() const noexcept override { return acknowledged_; }
    void on_durable(std::function<void(Lsn)> call) override;

    /// Waits while the disk is so far behind that more units would only grow memory. Before a unit
    /// of work, by whoever does not wait for its durability.
    void wait_for_room();
    /// Waits until the LSN may be acknowledged.
    /// \throws std::system_error when that will never be.
    void wait(Lsn lsn);
    /// Waits until the LSN would survive a power cut, in every mode.
    /// \throws std::system_error when that will never be.
    void sync(Lsn lsn);

    /// Removes the segments that hold nothing but facts before `first`.
    void prune(Lsn first);

    /// Writes and syncs what is left, and marks the journal as closed cleanly. The last call but
    /// the destructor.
    void close();

    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::uint64_t bytes_appended() const noexcept { return bytes_appended_; }
    [[nodiscard]] std::uint64_t groups_written() const noexcept { return groups_written_; }

private:
    using Lock = std::unique_lock<std::mutex>;
    using Time = std::chrono::steady_clock::time_point;

    // The journal thread's
    void run();
    void run_rounds();
    void wait_for_work(Lock& lock);
    [[nodiscard]] Time patience_ends() const;
    void write_group();
    void sync_or_mark(Lsn wanted);
    void publish();
    void latch(std::error_code code, std::string_view what);

    void request_next_segment();
    void await_next_segment();
    void run_preparer();

    [[noreturn]] void throw_failed() const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const StoreOptions options_;

    GroupBuffer staged_;  // appended since the last flush(); of the thread that has the turn

    // Of the journal thread alone, once it runs:
    JournalWriter writer_;
    GroupBuffer writing_;
    Time unsynced_since_{};
    bool marked_ = false;  // the last frame says that all before it is durable

    std::atomic<Lsn> last_;
    std::atomic<Lsn> acknowledged_;
    std::atomic<bool> failed_ = false;
    std::atomic<bool> congested_ = false;  // the group that is filling is too large
    std::atomic<std::size_t> filling_bytes_ = 0;
    std::atomic<std::uint64_t> bytes_appended_ = 0;
    std::atomic<std::uint64_t> groups_written_ = 0;

    std::mutex mutex_;  // of all that follows
    std::condition_variable work_;
    std::condition_variable progress_;
    GroupBuffer filling_;
    bool idle_ = false;  // the journal thread waits for a first unit
    bool stop_ = false;
    Lsn synced_ = 0;
    Lsn sync_wanted_ = 0;
    std::error_code failure_;
    std::vector<SegmentInfo> segments_;
    std::condition_variable preparer_work_;
    std::uint64_t to_prepare_ = 0;  // the number of the last segment asked for
    std::uint64_t prepared_ = 0;    // and of the last one made
    bool preparing_ = false;
    bool stop_preparer_ = false;

    std::mutex listeners_mutex_;
    std::vector<std::function<void(Lsn)>> listeners_;

    std::thread preparer_;
    std::thread thread_;
};

}  // namespace allot

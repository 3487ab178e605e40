#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <string_view>
#include <thread>

#include "storage/flushing_mutex.hpp"
#include "storage/journal/journal_threads.hpp"
#include "storage/snapshot/snapshotter.hpp"

namespace allot {

/// Takes snapshots on a thread of its own, one at a time. The threads that use the store copy it;
/// this thread has the copies written, each chunk by a thread that ends with it, and copies only
/// while they use the store hardly or not at all.
class SnapshotThread {
public:
    /// The rows that all threads together copy in a millisecond, unless the store is idle: then
    /// there is no limit.
    static constexpr std::uint64_t rows_a_pause = 1'000;
    /// A slice that this thread copies: some 15 us.
    static constexpr std::size_t slice_rows = 256;
    /// The store is idle if no thread has used it at so many looks. A caller that the system has
    /// preempted comes back before that.
    static constexpr std::uint64_t idle_looks = 8;
    /// A failed snapshot is tried again after this time.
    static constexpr std::chrono::minutes retry_delay{1};

    /// \param store_mutex locked while a slice is copied.
    /// \param warning receives the reason when a snapshot fails.
    /// \param pause the time between two looks at the use of the store.
    /// \param unused_looks those that a snapshot counts at its beginning.
    SnapshotThread(Snapshotter& snapshotter, FlushingMutex& store_mutex, JournalThreads& journal,
                   std::function<void(std::string_view)> warning,
                   std::chrono::milliseconds pause = std::chrono::milliseconds{1},
                   std::uint64_t unused_looks = idle_looks);
    ~SnapshotThread() { stop(); }
    SnapshotThread(const SnapshotThread&) = delete;
    SnapshotThread& operator=(const SnapshotThread&) = delete;

    /// Takes a snapshot with at least the present state of the store, and waits for it.
    /// \return the LSN after which a restart replays the journal.
    /// \throws the exceptions of the file system and the journal; nothing has changed then.
    Lsn take();
    /// Begins a snapshot. \return false when one is being taken already.
    bool start();
    /// Copies without a pause from now on. \pre no other thread uses the store any more.
    void hurry();
    /// Abandons a snapshot that is being taken, and takes no further one.
    void stop();

    [[nodiscard]] bool running() const;
    /// The number of snapshots completed.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// The number of snapshots that failed, without those abandoned because the store was closed.
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }
    /// The duration of the last snapshot, microseconds.
    [[nodiscard]] std::uint64_t took_us() const noexcept { return took_us_; }
    /// The time when the last snapshot was completed; 0: none since the thread began.
    [[nodiscard]] UnixMicros taken_at() const noexcept { return taken_at_; }

private:
    using Lock = std::unique_lock<std::mutex>;
    void run();
    void take_one();
    void copy_all();
    /// \return the number of slices to copy before the next look.
    [[nodiscard]] std::uint64_t slices_due(std::uint64_t uses,
                                           std::uint64_t unused_looks) const noexcept;
    /// \return false when another thread uses the store, or nothing can be copied now.
    bool copy_slice();
    /// hurry(), stop() and the end of the writing of a chunk of an idle store end it.
    void pause(const std::future<void>& writing);

    Snapshotter& snapshotter_;
    FlushingMutex& store_mutex_;
    JournalThreads& journal_;
    const std::function<void(std::string_view)> warning_;
    const std::chrono::milliseconds pause_;
    const std::uint64_t unused_looks_;
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::atomic<std::uint64_t> took_us_ = 0;
    std::atomic<UnixMicros> taken_at_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> hurry_ = false;

    mutable std::mutex mutex_;  // protects the members below
    std::condition_variable changed_;
    std::uint64_t wanted_ = 0;    // the number of requests
    std::uint64_t begun_ = 0;     // the number of requests when the present or last snapshot began
    std::uint64_t ended_ = 0;     // the number of requests served, successfully or not
    std::exception_ptr failure_;  // the failure of the last snapshot

    std::thread thread_;
};

}  // namespace allot

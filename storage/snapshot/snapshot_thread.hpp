#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "storage/flushing_mutex.hpp"
#include "storage/journal/journal_threads.hpp"
#include "storage/snapshot/snapshotter.hpp"

namespace allot {

/// Takes snapshots on a thread of its own, one at a time, at a pace that leaves the store to other
/// threads.
class SnapshotThread {
public:
    /// The longest pause as a multiple of the work while other threads use the store; a snapshot
    /// takes that much longer than on an idle store. So the others keep nearly all of the store's
    /// time, and the system, which seldom preempts a thread that has used little processor time,
    /// seldom preempts this one while it holds the mutex.
    static constexpr int longest_pause_usual = 14;

    /// The pause as a multiple of the work: it gets shorter as the store grows by its initial size
    /// `growth` times during the snapshot, because a snapshot that copies no faster than lines are
    /// added would never end.
    [[nodiscard]] static constexpr int pause_ratio(int longest, std::uint64_t growth) noexcept {
        return growth < 4 ? longest >> growth : 0;
    }

    /// \param store_mutex locked while a slice is copied.
    /// \param warning receives the reason when a snapshot fails.
    /// \param longest_pause as a multiple of the work; see pause_ratio().
    /// \param retry_after a failed snapshot is tried again after this time.
    SnapshotThread(Snapshotter& snapshotter, FlushingMutex& store_mutex, JournalThreads& journal,
                   std::function<void(std::string_view)> warning,
                   int longest_pause = longest_pause_usual,
                   std::chrono::milliseconds retry_after = std::chrono::minutes{1});
    ~SnapshotThread() { stop(); }
    SnapshotThread(const SnapshotThread&) = delete;
    SnapshotThread& operator=(const SnapshotThread&) = delete;

    /// Takes a snapshot with at least the present state of the store, and waits for it.
    /// \return the LSN after which a restart replays the journal.
    /// \throws the exceptions of the file system and the journal; nothing has changed then.
    Lsn take();
    /// Begins a snapshot. \return false when one is being taken already.
    bool start();
    /// Ends the pause, and makes no further one. \pre no other thread uses the store any more.
    void hurry();
    /// Abandons a snapshot that is being taken, and takes no further one.
    void stop();

    [[nodiscard]] bool running() const;
    /// The number of snapshots completed.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// The longest time that a slice of the last snapshot held the mutex, microseconds.
    [[nodiscard]] std::uint64_t pause_us() const noexcept { return pause_us_; }
    /// The number of snapshots that failed, without those abandoned because the store was closed.
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }
    /// The duration of the last snapshot, microseconds.
    [[nodiscard]] std::uint64_t took_us() const noexcept { return took_us_; }
    /// The time when the last snapshot was completed; 0: none since the thread began.
    [[nodiscard]] UnixMicros taken_at() const noexcept { return taken_at_; }

private:
    using Lock = std::unique_lock<std::mutex>;
    using Steady = std::chrono::steady_clock;
    void run();
    void take_one();
    void copy_all();
    /// \return how long it held the mutex.
    Steady::duration copy_slice();
    /// Pauses; hurry() and stop() end the pause.
    void sleep(Steady::duration time);

    Snapshotter& snapshotter_;
    FlushingMutex& store_mutex_;
    JournalThreads& journal_;
    const std::function<void(std::string_view)> warning_;
    const int longest_pause_;
    const std::chrono::milliseconds retry_after_;
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<std::uint64_t> pause_us_ = 0;
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

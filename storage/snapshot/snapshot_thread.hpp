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

/// Takes snapshots on a thread of its own, one at a time, at a pace that leaves the store to
/// others.
class SnapshotThread {
public:
    /// While others work, too, the thread rests so many times as long as it has worked: that is
    /// what a snapshot may take longer than at rest. So they keep nearly all of the store's time;
    /// and the system seldom takes the processor from a thread that has used little of it, least
    /// of all while that holds the store and everybody waits.
    static constexpr int longest_rest_usual = 14;

    /// What is left of the longest rest where the store has grown so many times since the snapshot
    /// began: one that copies no faster than lines are added would never end.
    [[nodiscard]] static constexpr int rests_a_work(int longest, std::uint64_t growth) noexcept {
        return growth < 4 ? longest >> growth : 0;
    }

    /// \param turn held while a slice is copied.
    /// \param warning told why there is no snapshot.
    /// \param longest_rest as times of the work; see rests_a_work().
    /// \param retry_after a snapshot that failed is tried again after this time.
    SnapshotThread(Snapshotter& snapshotter, FlushingMutex& store_mutex, JournalThreads& journal,
                   std::function<void(std::string_view)> warning,
                   int longest_rest = longest_rest_usual,
                   std::chrono::milliseconds retry_after = std::chrono::minutes{1});
    ~SnapshotThread() { stop(); }
    SnapshotThread(const SnapshotThread&) = delete;
    SnapshotThread& operator=(const SnapshotThread&) = delete;

    /// Takes a snapshot that holds all that is in the store now, and waits for it.
    /// \return the LSN after which a restart replays the journal.
    /// \throws what the file system or the journal threw, and then nothing has changed.
    Lsn take();
    /// \return false when one is being taken already.
    bool start();
    /// Nobody else works any more: ends a rest, and takes no other.
    void hurry();
    /// Gives up a snapshot that is being taken, at once if it rests, and takes no other.
    void stop();

    [[nodiscard]] bool running() const;
    /// Snapshots put in place.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// The longest that a slice of the last snapshot held the turn, microseconds.
    [[nodiscard]] std::uint64_t pause_us() const noexcept { return pause_us_; }
    /// Snapshots that something kept from their place; one given up because the store is closed is
    /// none.
    [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }
    /// How long the last one took from its beginning to its place, microseconds.
    [[nodiscard]] std::uint64_t took_us() const noexcept { return took_us_; }
    /// When it was put there; 0: none was since the thread began.
    [[nodiscard]] UnixMicros taken_at() const noexcept { return taken_at_; }

private:
    using Lock = std::unique_lock<std::mutex>;
    using Steady = std::chrono::steady_clock;
    void run();
    void take_one();
    void copy_all();
    /// \return how long it held the turn.
    Steady::duration copy_slice();
    /// Ends at once with hurry() and stop().
    void rest(Steady::duration time);

    Snapshotter& snapshotter_;
    FlushingMutex& store_mutex_;
    JournalThreads& journal_;
    const std::function<void(std::string_view)> warning_;
    const int longest_rest_;
    const std::chrono::milliseconds retry_after_;
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<std::uint64_t> pause_us_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::atomic<std::uint64_t> took_us_ = 0;
    std::atomic<UnixMicros> taken_at_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> hurry_ = false;

    mutable std::mutex mutex_;  // of all that follows
    std::condition_variable changed_;
    std::uint64_t wanted_ = 0;    // snapshots asked for, since the beginning
    std::uint64_t begun_ = 0;     // the requests that the present or last snapshot serves
    std::uint64_t ended_ = 0;     // the requests that were served, well or not
    std::exception_ptr failure_;  // of the last snapshot

    std::thread thread_;
};

}  // namespace allot

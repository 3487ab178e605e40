#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/ports.hpp"
#include "storage/group_journal.hpp"
#include "storage/snapshot_file.hpp"

namespace allot {

/// Takes snapshots of a store while it works, on a thread of its own: products are copied out
/// slice by slice, each under the store's lock, and archived and written without it. Keeps two
/// snapshots, and the journal from the older one on.
class Snapshotter {
public:
    /// \param turn held while a slice is copied out of `repository`.
    /// \param starts of the good snapshots that are there, oldest first.
    Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                Repository& repository, TurnMutex& turn, GroupJournal& journal,
                std::vector<Lsn> starts, std::function<void(std::string_view)> warning);
    ~Snapshotter() { stop(); }
    Snapshotter(const Snapshotter&) = delete;
    Snapshotter& operator=(const Snapshotter&) = delete;

    /// Takes a snapshot that holds all that is in the store now, and waits for it.
    /// \return the LSN after which a restart replays the journal.
    /// \throws what the file system or the journal threw, and then nothing has changed.
    Lsn take();
    /// \return false when one is being taken already.
    bool start();
    /// Gives up a snapshot that is being taken, and takes no other.
    void stop();

    [[nodiscard]] Lsn newest() const;
    [[nodiscard]] bool running() const;
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// The longest that a slice of the last snapshot held the lock, microseconds.
    [[nodiscard]] std::uint64_t pause_us() const noexcept { return pause_us_; }

private:
    using Lock = std::unique_lock<std::mutex>;
    void run();
    /// \return where it starts, or where the newest does if nothing has happened since.
    Lsn take_one();
    Lsn copy_products(snapshot::Writer& writer);
    void keep_two(Lsn start);

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t store_id_;
    Repository& repository_;
    TurnMutex& turn_;
    GroupJournal& journal_;
    const std::function<void(std::string_view)> warning_;
    std::atomic<std::uint64_t> taken_ = 0;
    std::atomic<std::uint64_t> pause_us_ = 0;
    std::atomic<bool> stop_ = false;

    mutable std::mutex mutex_;  // of all that follows
    std::condition_variable changed_;
    std::vector<Lsn> starts_;     // of the good snapshots, oldest first
    std::uint64_t wanted_ = 0;    // snapshots asked for, since the beginning
    std::uint64_t begun_ = 0;     // the requests that the present or last snapshot serves
    std::uint64_t ended_ = 0;     // the requests that were served, well or not
    std::exception_ptr failure_;  // of the last snapshot

    std::thread thread_;
};

}  // namespace allot

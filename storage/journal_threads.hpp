#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "storage/group_journal.hpp"

namespace allot {

/// Drives a journal: one thread writes and syncs, one makes the next segment. Others wait here for
/// what they have done.
class JournalThreads {
public:
    /// \param journal outlives this, and is driven by nobody else.
    explicit JournalThreads(GroupJournal& journal);
    ~JournalThreads() { close(); }
    JournalThreads(const JournalThreads&) = delete;
    JournalThreads& operator=(const JournalThreads&) = delete;

    /// Waits while the journal is congested.
    void wait_for_room();
    /// Waits until the LSN may be acknowledged.
    /// \throws std::system_error when that will never be.
    void wait(Lsn lsn);
    /// Waits until the LSN would survive a power cut, in every mode.
    /// \throws std::system_error when that will never be.
    void sync(Lsn lsn);
    /// Waits until the LSN is readable.
    /// \return false when that will never be, or `stop` is set, which wake() makes known.
    [[nodiscard]] bool wait_readable(Lsn lsn, const std::atomic<bool>& stop);
    /// Waits for a while, or until `stop` is set.
    void rest(std::chrono::milliseconds time, const std::atomic<bool>& stop);
    void wake();
    /// Closes the journal, and ends the threads. The last call but the destructor.
    void close();

private:
    using Lock = std::unique_lock<std::mutex>;
    void run();
    void run_preparer();
    /// Waits until `reached()`, or until the storage has failed.
    template <class Reached>
    void wait_until(Reached&& reached);

    GroupJournal& journal_;

    std::mutex mutex_;                     // of all that follows
    std::condition_variable work_;         // of the thread that writes and syncs
    std::condition_variable preparation_;  // of the one that makes segments
    std::condition_variable progress_;     // of whoever waits
    bool called_ = false;
    bool stop_preparer_ = false;

    std::thread preparer_;
    std::thread thread_;
};

}  // namespace allot

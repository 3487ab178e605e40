#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

#include "storage/journal/group_journal.hpp"

namespace allot {

/// Drives a journal: one thread writes and syncs, one creates the next segment. Other threads call
/// it to wait until their changes are durable.
class JournalThreads {
public:
    /// \param journal outlives this; has no other driver.
    explicit JournalThreads(GroupJournal& journal);
    ~JournalThreads() { close(); }
    JournalThreads(const JournalThreads&) = delete;
    JournalThreads& operator=(const JournalThreads&) = delete;

    /// Waits while the journal is congested.
    void wait_for_space();
    /// Waits until the LSN may be acknowledged.
    /// \throws std::system_error when the storage has failed.
    void wait(Lsn lsn);
    /// Waits until the LSN would survive a power cut, in every mode. \return false when `stop` is
    /// set first (and wake() called). \throws std::system_error when the storage has failed;
    /// StorageFull when it would have to wait for free space on the disk.
    [[nodiscard]] bool sync(Lsn lsn, const std::atomic<bool>& stop);
    /// Waits until the LSN is readable, or until the time `until`.
    /// \return false when it will never be, or when `stop` is set (and wake() called).
    [[nodiscard]] bool wait_readable(
        Lsn lsn, const std::atomic<bool>& stop,
        std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max());
    /// Waits for a while, or until `stop` is set.
    void rest(std::chrono::milliseconds time, const std::atomic<bool>& stop);
    void wake();
    /// Closes the journal, and ends the threads. The last call before the destructor.
    void close();

private:
    using Lock = std::unique_lock<std::mutex>;
    void run();
    void run_preparer();
    /// A thread that waits for an LSN. Each waiter wakes the next one, so that the journal's thread
    /// can continue with the next group, and the waiters do not all need a processor at once.
    struct Waiter {
        Lsn lsn;
        Waiter* next = nullptr;
        std::binary_semaphore woken{0};
    };
    using Time = std::chrono::steady_clock::time_point;
    /// Waits until `reached()`, the storage has failed, or the time has come.
    template <class Reached>
    void wait_until(Reached&& reached, Time until = Time::max());
    /// Removes the waiters whose LSN is reached from the list, in the order of their arrival.
    /// \pre mutex_ is held
    [[nodiscard]] Waiter* take_served();

    GroupJournal& journal_;

    std::mutex mutex_;                     // protects the members below
    std::condition_variable work_;         // wakes the thread that writes and syncs
    std::condition_variable preparation_;  // wakes the thread that creates segments
    std::condition_variable progress_;     // wakes threads that wait for anything but an LSN
    Waiter* waiters_ = nullptr;            // threads that wait for an LSN, in the order of arrival
    Waiter** last_waiter_ = &waiters_;     // the link for the next waiter
    bool called_ = false;
    bool stop_preparer_ = false;

    std::thread preparer_;
    std::thread thread_;
};

}  // namespace allot

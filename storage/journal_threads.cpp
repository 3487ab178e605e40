#include "storage/journal_threads.hpp"

#include <algorithm>
#include <chrono>

namespace allot {

JournalThreads::JournalThreads(GroupJournal& journal) : journal_{journal} {
    journal_.on_durable([this](Lsn) {
        // Whoever has looked and not yet begun to wait holds the mutex.
        wake();
    });
    journal_.on_work([this] {
        {
            const Lock lock{mutex_};
            called_ = true;
        }
        work_.notify_one();
        if (journal_.wants_segment()) preparation_.notify_one();
    });
    preparer_ = std::thread{[this] { run_preparer(); }};
    thread_ = std::thread{[this] { run(); }};
}

void JournalThreads::close() {
    if (!thread_.joinable()) return;
    journal_.request_close();
    thread_.join();
    {
        // Not before: what was left to write may have needed another segment.
        const Lock lock{mutex_};
        stop_preparer_ = true;
    }
    preparation_.notify_one();
    preparer_.join();
}

template <class Reached>
void JournalThreads::wait_until(Reached&& reached) {
    if (reached()) return;
    Lock lock{mutex_};
    progress_.wait(lock, [&] { return reached() || journal_.failed(); });
}

void JournalThreads::wait_for_room() {
    wait_until([&] { return !journal_.congested(); });
}

void JournalThreads::wait(Lsn lsn) {
    wait_until([&] { return journal_.durable() >= lsn; });
    if (journal_.durable() < lsn) journal_.throw_failed();
}

void JournalThreads::sync(Lsn lsn) {
    if (journal_.synced() < lsn) journal_.request_sync(lsn);
    wait_until([&] { return journal_.synced() >= lsn; });
    if (journal_.synced() < lsn) journal_.throw_failed();
}

bool JournalThreads::wait_readable(Lsn lsn, const std::atomic<bool>& stop) {
    wait_until([&] { return stop || journal_.readable() >= lsn; });
    return !stop && journal_.readable() >= lsn;
}

void JournalThreads::rest(std::chrono::milliseconds time, const std::atomic<bool>& stop) {
    Lock lock{mutex_};
    progress_.wait_for(lock, time, [&] { return stop.load(); });
}

void JournalThreads::wake() {
    { const Lock lock{mutex_}; }
    progress_.notify_all();
}

void JournalThreads::run() {
    using Steady = std::chrono::steady_clock;
    constexpr std::chrono::hours patience_max{1};
    Lock lock{mutex_};
    while (!journal_.ended()) {
        called_ = false;
        lock.unlock();
        const auto now = Steady::now();
        const auto resume = std::min(journal_.step(now), now + patience_max);
        lock.lock();
        if (resume > now) work_.wait_until(lock, resume, [&] { return called_; });
    }
}

void JournalThreads::run_preparer() {
    Lock lock{mutex_};
    for (;;) {
        preparation_.wait(lock, [&] { return stop_preparer_ || journal_.wants_segment(); });
        if (!journal_.wants_segment()) return;
        lock.unlock();
        journal_.prepare_segment();
        lock.lock();
    }
}

}  // namespace allot

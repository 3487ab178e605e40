#include "storage/journal/journal_threads.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace allot {

JournalThreads::JournalThreads(GroupJournal& journal) : journal_{journal} {
    journal_.on_durable([this](Lsn) { wake(); });
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
        // The preparing thread stops last: the remaining units may have needed another segment.
        const Lock lock{mutex_};
        stop_preparer_ = true;
    }
    preparation_.notify_one();
    preparer_.join();
}

template <class Reached>
void JournalThreads::wait_until(Reached&& reached, Time until) {
    if (reached()) return;
    Lock lock{mutex_};
    progress_.wait_until(lock, until, [&] { return reached() || journal_.failed(); });
}

void JournalThreads::wait_for_space() {
    wait_until([&] { return !journal_.congested(); });
}

void JournalThreads::wait(Lsn lsn) {
    if (journal_.durable() >= lsn) return;
    Waiter self{lsn};
    {
        const Lock lock{mutex_};
        if (journal_.durable() >= lsn) return;
        if (journal_.failed()) journal_.throw_failed();
        *last_waiter_ = &self;
        last_waiter_ = &self.next;
    }
    self.woken.acquire();
    if (self.next != nullptr) self.next->woken.release();
    if (journal_.durable() < lsn) journal_.throw_failed();
}

JournalThreads::Waiter* JournalThreads::take_served() {
    const Lsn durable = journal_.durable();
    const bool failed = journal_.failed();
    Waiter* served = nullptr;
    Waiter** last_served = &served;
    last_waiter_ = &waiters_;
    for (Waiter* each = std::exchange(waiters_, nullptr); each != nullptr;) {
        Waiter**& last = failed || each->lsn <= durable ? last_served : last_waiter_;
        *last = each;
        last = &each->next;
        each = std::exchange(each->next, nullptr);
    }
    return served;
}

bool JournalThreads::sync(Lsn lsn, const std::atomic<bool>& stop) {
    if (journal_.synced() < lsn) journal_.request_sync(lsn);
    wait_until([&] { return stop || journal_.synced() >= lsn || journal_.waits_for_space(); });
    if (stop) return false;
    if (journal_.synced() >= lsn) return true;
    if (journal_.failed()) journal_.throw_failed();
    throw StorageFull{std::make_error_code(std::errc::no_space_on_device),
                      "the journal waits for space on the disk"};
}

bool JournalThreads::wait_readable(Lsn lsn, const std::atomic<bool>& stop,
                                   std::chrono::steady_clock::time_point until) {
    wait_until([&] { return stop || journal_.readable() >= lsn; }, until);
    return !stop && (journal_.readable() >= lsn || !journal_.failed());
}

void JournalThreads::rest(std::chrono::milliseconds time, const std::atomic<bool>& stop) {
    Lock lock{mutex_};
    progress_.wait_for(lock, time, [&] { return stop.load(); });
}

void JournalThreads::wake() {
    Waiter* served = nullptr;
    {
        // A thread between its check and its wait holds the mutex.
        const Lock lock{mutex_};
        served = take_served();
    }
    progress_.notify_all();
    if (served != nullptr) served->woken.release();
}

void JournalThreads::run() {
    using Steady = std::chrono::steady_clock;
    constexpr std::chrono::hours sleep_max{1};
    Lock lock{mutex_};
    while (!journal_.ended()) {
        called_ = false;
        lock.unlock();
        const auto now = Steady::now();
        const auto resume = std::min(journal_.step(now), now + sleep_max);
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

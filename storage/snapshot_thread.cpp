#include "storage/snapshot_thread.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace allot {

namespace {
/// While others work, too, a slice is followed by a pause of so many times its length. So they keep
/// most of the store's time; and the system seldom takes the processor from a thread that has used
/// little of it, least of all while that holds the store and everybody waits.
constexpr int pauses_a_slice = 4;

/// Thrown to give up a snapshot because the store is being closed.
struct Stopped : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "the store is being closed"; }
};
}  // namespace

SnapshotThread::SnapshotThread(Snapshotter& snapshotter, TurnMutex& turn, JournalThreads& journal,
                               std::function<void(std::string_view)> warning)
    : snapshotter_{snapshotter},
      turn_{turn},
      journal_{journal},
      warning_{std::move(warning)},
      thread_{[this] { run(); }} {}

void SnapshotThread::stop() {
    {
        const Lock lock{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Lsn SnapshotThread::take() {
    Lock lock{mutex_};
    // One that is being taken may have passed by what happened since it began.
    const std::uint64_t request = ++wanted_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ended_ >= request; });
    if (failure_) std::rethrow_exception(failure_);
    return snapshotter_.newest();
}

bool SnapshotThread::start() {
    const Lock lock{mutex_};
    if (ended_ < wanted_) return false;
    ++wanted_;
    changed_.notify_all();
    return true;
}

bool SnapshotThread::running() const {
    const Lock lock{mutex_};
    return ended_ < wanted_;
}

void SnapshotThread::run() {
    Lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [&] { return stop_ || begun_ < wanted_; });
        if (stop_) return;
        begun_ = wanted_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            take_one();
        } catch (const std::exception& error) {
            snapshotter_.give_up();
            failure = std::current_exception();
            if (warning_ && !stop_) warning_("no snapshot: " + std::string{error.what()});
        }
        lock.lock();
        failure_ = failure;
        ended_ = begun_;
        changed_.notify_all();
    }
}

void SnapshotThread::take_one() {
    if (!snapshotter_.begin()) return;
    copy_all();
    journal_.sync(snapshotter_.end());
    snapshotter_.finish();
    ++taken_;
}

void SnapshotThread::copy_all() {
    using Steady = std::chrono::steady_clock;
    pause_us_ = 0;
    do {
        if (stop_) throw Stopped{};
        const Lsn before = snapshotter_.end();
        Steady::duration took{};
        {
            const std::scoped_lock lock{turn_};
            const auto began = Steady::now();
            snapshotter_.copy();
            took = Steady::now() - began;
        }
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        pause_us_ = std::max(pause_us_.load(), static_cast<std::uint64_t>(us));
        snapshotter_.write();
        const bool others_work = snapshotter_.end() != before;
        if (others_work && !snapshotter_.copied())
            std::this_thread::sleep_for(pauses_a_slice * took);
    } while (!snapshotter_.copied());
}

}  // namespace allot

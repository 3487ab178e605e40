#include "storage/snapshot/snapshot_thread.hpp"

#include <chrono>
#include <future>
#include <limits>
#include <string>
#include <utility>

#include "storage/io/system_clock.hpp"

namespace allot {

namespace {
std::uint64_t in_microseconds(std::chrono::steady_clock::duration time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

/// The exception that abandons a snapshot because the store is being closed.
struct Stopped : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "the store is being closed"; }
};
}  // namespace

SnapshotThread::SnapshotThread(Snapshotter& snapshotter, FlushingMutex& store_mutex,
                               JournalThreads& journal,
                               std::function<void(std::string_view)> warning,
                               std::chrono::milliseconds pause, std::uint64_t unused_looks)
    : snapshotter_{snapshotter},
      store_mutex_{store_mutex},
      journal_{journal},
      warning_{std::move(warning)},
      pause_{pause},
      unused_looks_{unused_looks},
      thread_{[this] { run(); }} {}

void SnapshotThread::hurry() {
    {
        const Lock lock{mutex_};
        hurry_ = true;
    }
    changed_.notify_all();
}

void SnapshotThread::stop() {
    {
        const Lock lock{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    journal_.wake();
    if (thread_.joinable()) thread_.join();
}

Lsn SnapshotThread::take() {
    Lock lock{mutex_};
    // A snapshot that is being taken may lack the facts since its beginning, so it does not serve.
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
        const auto is_wanted = [&] { return stop_ || begun_ < wanted_; };
        if (!failure_) {
            changed_.wait(lock, is_wanted);
        } else if (!changed_.wait_for(lock, retry_delay, is_wanted)) {
            ++wanted_;  // tried again, since the journal is kept until there is a snapshot
        }
        if (stop_) return;
        begun_ = wanted_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            take_one();
        } catch (const std::exception& error) {
            snapshotter_.abandon();
            failure = std::current_exception();
            if (!stop_) ++failed_;
            if (warning_ && !stop_) warning_("the snapshot failed: " + std::string{error.what()});
        }
        lock.lock();
        failure_ = failure;
        ended_ = begun_;
        changed_.notify_all();
    }
}

void SnapshotThread::take_one() {
    const auto began = std::chrono::steady_clock::now();
    if (!snapshotter_.begin()) return;
    copy_all();
    if (!journal_.sync(snapshotter_.end(), stop_)) throw Stopped{};
    snapshotter_.finish();
    took_us_ = in_microseconds(std::chrono::steady_clock::now() - began);
    taken_at_ = SystemClock{}.now();
    ++taken_;
}

void SnapshotThread::copy_all() {
    using namespace std::chrono_literals;
    std::future<void> writing;  // its destructor waits, too
    std::uint64_t unused = unused_looks_;
    for (auto left = slices_due(1, unused); !snapshotter_.written() || writing.valid();) {
        if (stop_) throw Stopped{};
        if (writing.valid() && writing.wait_for(0s) == std::future_status::ready) writing.get();
        if (!writing.valid() && snapshotter_.filled()) {
            writing = std::async(std::launch::async, [this] { snapshotter_.write(); });
        }
        if (left > 0 && copy_slice()) {
            --left;
        } else if (writing.valid() || !snapshotter_.filled()) {
            pause(writing);
            const std::uint64_t uses = snapshotter_.pace(rows_a_pause);
            unused = uses == 0 ? unused + 1 : 0;
            left = slices_due(uses, unused);
        }
    }
}

std::uint64_t SnapshotThread::slices_due(std::uint64_t uses,
                                         std::uint64_t unused_looks) const noexcept {
    if (unused_looks >= idle_looks || hurry_) return std::numeric_limits<std::uint64_t>::max();
    const bool is_used_little = uses > 0 && uses * Snapshotter::rows_a_use_max < rows_a_pause;
    return is_used_little ? 1 : 0;
}

bool SnapshotThread::copy_slice() {
    std::size_t copied = 0;
    if (snapshotter_.uses() == 0 || hurry_) {
        store_mutex_.if_free([&] { copied = snapshotter_.copy(slice_rows); });
    }
    return copied > 0;
}

void SnapshotThread::pause(const std::future<void>& writing) {
    if (writing.valid() && (snapshotter_.uses() == 0 || hurry_)) {
        writing.wait_for(pause_);
    } else {
        Lock lock{mutex_};
        changed_.wait_for(lock, pause_, [&] { return stop_ || hurry_; });
    }
}

}  // namespace allot

#include "storage/snapshot/snapshot_thread.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <utility>

#include "storage/io/system_clock.hpp"

namespace allot {

namespace {
/// The longest duration of a slice. Most slices take half of it; slow memory makes them longer.
constexpr std::chrono::microseconds slice_max{25};

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
                               std::function<void(std::string_view)> warning, int longest_pause,
                               std::chrono::milliseconds retry_after)
    : snapshotter_{snapshotter},
      store_mutex_{store_mutex},
      journal_{journal},
      warning_{std::move(warning)},
      longest_pause_{longest_pause},
      retry_after_{retry_after},
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
        } else if (!changed_.wait_for(lock, retry_after_, is_wanted)) {
            ++wanted_;  // tried again, since the journal is kept until there is a snapshot
        }
        if (stop_) return;
        begun_ = wanted_;
        lock.unlock();
        std::exception_ptr failure;
        try {
            take_one();
        } catch (const std::exception& error) {
            snapshotter_.give_up();
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
    const auto began = Steady::now();
    if (!snapshotter_.begin()) return;
    copy_all();
    if (!journal_.sync(snapshotter_.end(), stop_)) throw Stopped{};
    snapshotter_.finish();
    took_us_ = in_microseconds(Steady::now() - began);
    taken_at_ = SystemClock{}.now();
    ++taken_;
}

void SnapshotThread::copy_all() {
    pause_us_ = 0;
    snapshot::Chunk spare = snapshot::empty_chunk();
    std::future<snapshot::Chunk> written;  // one at a time; its destructor waits, too
    do {
        const Lsn before = snapshotter_.end();
        Steady::duration worked = copy_slice();
        const bool others_work = snapshotter_.end() != before || store_mutex_.wanted();
        if (snapshotter_.copied() || snapshotter_.bytes() >= snapshot::chunk_bytes) {
            if (written.valid()) spare = written.get();
            const auto began = Steady::now();
            auto write = [this, chunk = snapshotter_.take(std::exchange(spare, {}))]() mutable {
                snapshotter_.write(chunk);
                chunk.clear();
                return std::move(chunk);
            };
            if (others_work || snapshotter_.copied()) {
                spare = write();
            } else {
                written = std::async(std::launch::async, std::move(write));
            }
            worked += Steady::now() - began;
        }
        if (others_work && !snapshotter_.copied()) {
            sleep(pause_ratio(longest_pause_, snapshotter_.growth()) * worked);
        }
        if (stop_) throw Stopped{};
    } while (!snapshotter_.copied());
}

SnapshotThread::Steady::duration SnapshotThread::copy_slice() {
    const std::scoped_lock lock{store_mutex_};
    const auto began = Steady::now();
    snapshotter_.copy(began + slice_max);
    const auto took = Steady::now() - began;
    pause_us_ = std::max(pause_us_.load(), in_microseconds(took));
    return took;
}

void SnapshotThread::sleep(Steady::duration time) {
    Lock lock{mutex_};
    changed_.wait_for(lock, time, [&] { return stop_ || hurry_; });
}

}  // namespace allot

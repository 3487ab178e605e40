#include "storage/snapshotter.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
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

Snapshotter::Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                         Repository& repository, TurnMutex& turn, GroupJournal& journal,
                         std::vector<Lsn> starts, std::function<void(std::string_view)> warning)
    : files_{files},
      directory_{std::move(directory)},
      store_id_{store_id},
      repository_{repository},
      turn_{turn},
      journal_{journal},
      warning_{std::move(warning)},
      starts_{std::move(starts)},
      thread_{[this] { run(); }} {}

void Snapshotter::stop() {
    {
        const Lock lock{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Lsn Snapshotter::take() {
    Lock lock{mutex_};
    // One that is being taken may have passed by what happened since it began.
    const std::uint64_t request = ++wanted_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ended_ >= request; });
    if (failure_) std::rethrow_exception(failure_);
    return starts_.empty() ? 0 : starts_.back();
}

bool Snapshotter::start() {
    const Lock lock{mutex_};
    if (ended_ < wanted_) return false;
    ++wanted_;
    changed_.notify_all();
    return true;
}

Lsn Snapshotter::newest() const {
    const Lock lock{mutex_};
    return starts_.empty() ? 0 : starts_.back();
}

bool Snapshotter::running() const {
    const Lock lock{mutex_};
    return ended_ < wanted_;
}

void Snapshotter::run() {
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
            failure = std::current_exception();
            if (warning_ && !stop_) warning_("no snapshot: " + std::string{error.what()});
        }
        lock.lock();
        failure_ = failure;
        ended_ = begun_;
        changed_.notify_all();
    }
}

Lsn Snapshotter::take_one() {
    Lsn start = 0;
    {
        const std::scoped_lock lock{turn_};
        start = journal_.last();
    }
    if (start == newest()) return start;
    snapshot::Writer writer{files_, directory_, store_id_, start};
    const Lsn end = copy_products(writer);
    journal_.sync(end);
    writer.finish(end);
    ++taken_;
    keep_two(start);
    return start;
}

Lsn Snapshotter::copy_products(snapshot::Writer& writer) {
    using Steady = std::chrono::steady_clock;
    pause_us_ = 0;
    Index next = 0;
    Lsn end = 0;
    for (;;) {
        if (stop_) throw Stopped{};
        snapshot::Chunk slice;
        Steady::duration took{};
        bool last = false;
        bool others_work = false;
        {
            const std::scoped_lock lock{turn_};
            const auto began = Steady::now();
            slice = snapshot::copy_slice(repository_, next);
            others_work = std::exchange(end, journal_.last()) != journal_.last();
            last = next >= repository_.size();
            took = Steady::now() - began;
        }
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        pause_us_ = std::max(pause_us_.load(), static_cast<std::uint64_t>(us));
        writer.add(slice);
        if (last) return end;
        if (others_work) std::this_thread::sleep_for(pauses_a_slice * took);
    }
}

void Snapshotter::keep_two(Lsn start) {
    std::vector<Lsn> gone;
    Lsn older = 0;
    {
        const Lock lock{mutex_};
        starts_.push_back(start);
        while (starts_.size() > 2) {
            gone.push_back(starts_.front());
            starts_.erase(starts_.begin());
        }
        if (starts_.size() == 2) older = starts_.front();
    }
    for (const Lsn old : gone) files_.remove(directory_ / snapshot::file_name(old));
    if (!gone.empty()) files_.sync_directory(directory_);
    // With one snapshot only, the whole journal stands behind it.
    if (older != 0) journal_.prune(older + 1);
}

}  // namespace allot

#include "storage/snapshot/snapshotter.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace allot {

Snapshotter::Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                         Repository& repository, GroupJournal& journal, FlushingMutex& mutex,
                         std::vector<Lsn> starts)
    : files_{files},
      directory_{std::move(directory)},
      store_id_{store_id},
      repository_{repository},
      journal_{journal},
      mutex_{mutex},
      starts_{std::move(starts)},
      newest_{starts_.empty() ? 0 : starts_.back()} {
    if (newest_ != 0) expect(files_.open(newest_path(), FileSystem::Mode::read)->size());
}

std::filesystem::path Snapshotter::newest_path() const {
    return directory_ / snapshot::file_name(newest_);
}

void Snapshotter::expect(std::uint64_t bytes) noexcept {
    newest_bytes_ = bytes;
    journal_.expect_snapshot(bytes);
}

bool Snapshotter::begin() {
    {
        const std::scoped_lock lock{mutex_};
        start_ = end_ = journal_.last();
        copier_.emplace(repository_, static_cast<Index>(repository_.size()));
    }
    if (start_ == newest_) return false;
    journal_.disk().require(newest_bytes_);
    writer_.emplace(files_, directory_, store_id_, start_);
    filling_ = snapshot::empty_chunk();
    full_ = snapshot::empty_chunk();
    owed_ = 0;
    rows_a_use_ = rows_a_use_min;
    pause_us_ = 0;
    {
        const std::scoped_lock lock{mutex_};
        seen_ = journal_.last();
        copying_ = true;
        mutex_.share(this);
    }
    uses_before_ = uses_;
    return true;
}

template <class Copy>
std::size_t Snapshotter::timed(Copy&& copy) {
    const auto began = std::chrono::steady_clock::now();
    const std::size_t rows = copy();
    end_ = journal_.last();
    const auto took = std::chrono::steady_clock::now() - began;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    if (std::cmp_greater(us, pause_us_.load())) pause_us_ = static_cast<std::uint64_t>(us);
    return rows;
}

std::size_t Snapshotter::copy(std::size_t rows_min) {
    if (!copying_ || !has_space()) return 0;
    return timed([&] { return copier_->copy(filling_, rows_min); });
}

/// Passes a full chunk on, and the last one. \return false when nothing can be copied now.
bool Snapshotter::has_space() {
    if (filling_.bytes() < snapshot::chunk_bytes && !copier_->ended()) return true;
    if (filled_) return false;
    std::swap(filling_, full_);
    filled_ = true;
    if (copier_->ended()) end_copying();
    return copying_;
}

void Snapshotter::end_copying() noexcept {
    mutex_.share(nullptr);
    copying_ = false;
}

void Snapshotter::advance() noexcept {
    const Lsn last = journal_.last();
    const std::uint64_t uses = std::max<std::uint64_t>(last - std::exchange(seen_, last), 1);
    constexpr auto relaxed = std::memory_order_relaxed;
    uses_.store(uses_.load(relaxed) + uses, relaxed);
    const std::uint64_t least = uses * rows_a_use_min;
    const std::uint64_t wanted = uses * rows_a_use_.load(relaxed);
    owed_ = std::min(owed_ + static_cast<std::int64_t>(wanted),
                     static_cast<std::int64_t>(least) + rows_an_unlock_max);
    if (owed_ <= 0) return;
    try {
        timed([&] { return copy_owed(); });
    } catch (...) {  // it is the snapshot's failure, not the caller's
        failure_ = std::current_exception();
        end_copying();
    }
}

std::size_t Snapshotter::copy_owed() {
    std::size_t rows = 0;
    while (owed_ > 0) {
        if (!has_space()) {
            owed_ = 0;
        } else if (!copier_->prefetch()) {
            const auto copied = copier_->copy_prefetched(filling_, static_cast<std::size_t>(owed_));
            owed_ -= static_cast<std::int64_t>(copied);
            rows += copied;
        } else if (owed_ <= owed_rows_max) {
            break;  // the memory comes during the work of the next callers
        }
    }
    return rows;
}

std::uint64_t Snapshotter::pace(std::uint64_t rows) noexcept {
    const std::uint64_t used = uses();
    uses_before_ += used;
    // Of a caller that had no processor this knows nothing; so more rows come one by one.
    const std::uint64_t more = std::min(rows_a_use_ + 1, rows_a_use_max);
    if (used != 0) rows_a_use_ = std::clamp(rows / used, rows_a_use_min, more);
    return used;
}

void Snapshotter::write() {
    writer_->add(full_);
    full_.clear();
    filled_ = false;
}

void Snapshotter::abandon() noexcept {
    {
        const std::scoped_lock lock{mutex_};
        end_copying();
    }
    filled_ = false;
    failure_ = nullptr;
    release_memory();
}

void Snapshotter::release_memory() noexcept {
    writer_.reset();
    filling_ = full_ = {};
}

void Snapshotter::finish() {
    if (failure_) std::rethrow_exception(failure_);
    const std::uint64_t bytes = writer_->finish(end_, journal_.histories().recorded(end_));
    release_memory();
    starts_.push_back(start_);
    newest_ = start_;
    expect(bytes);
    keep_two();
}

void Snapshotter::keep_two() {
    bool removed = false;
    for (; starts_.size() > 2; removed = true) {
        files_.remove(directory_ / snapshot::file_name(starts_.front()));
        starts_.erase(starts_.begin());
    }
    if (removed) files_.sync_directory(directory_);
    // With only one snapshot the whole journal is kept, in case the snapshot is damaged.
    if (starts_.size() == 2) journal_.segments().prune(starts_.front() + 1);
}

}  // namespace allot

#include "storage/group_journal.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace allot {

namespace {
using Steady = std::chrono::steady_clock;

/// A journal without work for so long marks its last group as durable, on the disk itself.
constexpr std::chrono::milliseconds idle_before_mark{20};
/// Where replies do not wait for the disk, units of work collect for so long before a write.
constexpr std::chrono::milliseconds relaxed_linger{1};
/// … or until so many bytes have come.
constexpr std::size_t relaxed_group_bytes = 1U << 20U;
/// When the disk is so far behind, replies wait for it in every mode, and so do further units.
constexpr std::size_t backlog_bytes_max = 8U << 20U;
/// Set aside for each buffer, so that a backlog does not make them move; used only as it grows.
constexpr std::size_t buffer_bytes = backlog_bytes_max + (1U << 20U);

constexpr Zeros zeros_for(const Durability& durability) noexcept {
    return durability.mode == Durability::Mode::os ? Zeros::implied : Zeros::written;
}
}  // namespace

GroupJournal::GroupJournal(FileSystem& files, const std::filesystem::path& directory,
                           const JournalTail& tail, std::vector<SegmentInfo> segments,
                           const StoreOptions& options)
    : files_{files},
      directory_{directory},
      options_{options},
      staged_{buffer_bytes},
      writer_{files, directory, tail, options.segment_bytes, zeros_for(options.durability)},
      writing_{buffer_bytes},
      last_{tail.last},
      acknowledged_{tail.last},
      filling_{buffer_bytes},
      synced_{tail.last},
      segments_{std::move(segments)} {
    if (segments_.empty()) segments_.push_back({writer_.segment(), writer_.segment_first()});
    preparer_ = std::thread{[this] { run_preparer(); }};
    thread_ = std::thread{[this] { run(); }};
}

void GroupJournal::close() {
    if (!thread_.joinable()) return;
    flush();
    {
        const Lock lock{mutex_};
        stop_ = true;
    }
    work_.notify_one();
    thread_.join();
    {
        // Not before: what was left to write may have needed another segment.
        const Lock lock{mutex_};
        stop_preparer_ = true;
    }
    preparer_work_.notify_one();
    preparer_.join();
}

Lsn GroupJournal::append(std::span<const Fact> unit, UnixMicros now) {
    if (failed_) throw_failed();
    // What is filling only shrinks until the next flush().
    if (filling_bytes_ + staged_.bytes() + GroupBuffer::record_bytes_max(unit.size()) >
        journal::frame_bytes_max) {
        throw std::length_error{"a unit of work of " + std::to_string(unit.size()) +
                                " facts is more than a journal frame can hold"};
    }
    staged_.add(unit, now);
    const Lsn last = last_.load(std::memory_order_relaxed) + unit.size();
    last_.store(last, std::memory_order_relaxed);
    return last;
}

void GroupJournal::flush() noexcept {
    if (staged_.empty()) return;
    bool wake = false;
    {
        const Lock lock{mutex_};
        const std::size_t before = filling_.bytes();
        bytes_appended_ += staged_.bytes() - sizeof(journal::FrameHeader);
        filling_.add(staged_);
        filling_bytes_ = filling_.bytes();
        const bool relaxed = options_.durability.mode != Durability::Mode::always;
        congested_ = filling_.bytes() >= backlog_bytes_max;
        if (relaxed && !congested_) acknowledged_ = last_.load();
        wake = idle_ ||
               (relaxed && filling_.bytes() >= relaxed_group_bytes && before < relaxed_group_bytes);
        idle_ = false;
    }
    if (wake) work_.notify_one();
}

void GroupJournal::on_durable(std::function<void(Lsn)> call) {
    const std::scoped_lock lock{listeners_mutex_};
    listeners_.push_back(std::move(call));
}

void GroupJournal::wait_for_room() {
    if (!congested_) return;
    Lock lock{mutex_};
    progress_.wait(lock, [&] { return !congested_ || failed_; });
}

void GroupJournal::wait(Lsn lsn) {
    if (acknowledged_ >= lsn) return;
    Lock lock{mutex_};
    progress_.wait(lock, [&] { return acknowledged_ >= lsn || failed_; });
    if (acknowledged_ < lsn) throw_failed();
}

void GroupJournal::sync(Lsn lsn) {
    Lock lock{mutex_};
    if (synced_ >= lsn) return;
    sync_wanted_ = std::max(sync_wanted_, lsn);
    work_.notify_one();
    progress_.wait(lock, [&] { return synced_ >= lsn || failed_; });
    if (synced_ < lsn) throw_failed();
}

void GroupJournal::prune(Lsn first) {
    std::vector<std::uint64_t> gone;
    {
        const Lock lock{mutex_};
        auto keep = segments_.begin();
        while (keep + 1 < segments_.end() && (keep + 1)->first <= first) {
            gone.push_back(keep++->number);
        }
        segments_.erase(segments_.begin(), keep);
    }
    for (const std::uint64_t number : gone) {
        files_.remove(directory_ / journal::segment_name(number));
    }
    if (!gone.empty()) files_.sync_directory(directory_);
}

void GroupJournal::throw_failed() const {
    throw std::system_error{failure_, "the storage has failed; the store accepts nothing more"};
}

// The journal thread

void GroupJournal::run() {
    try {
        run_rounds();
        writer_.sync();
        writer_.mark(journal::FrameKind::close);
        writer_.sync();
    } catch (const std::system_error& error) {
        latch(error.code(), error.what());
    } catch (const std::exception& error) {
        latch(std::make_error_code(std::errc::not_enough_memory), error.what());
    }
}

void GroupJournal::run_rounds() {
    Lock lock{mutex_};
    while (!stop_ || !filling_.empty()) {
        wait_for_work(lock);
        std::swap(filling_, writing_);
        filling_bytes_ = filling_.bytes();
        congested_ = false;  // which publish() tells
        const Lsn wanted = sync_wanted_;
        lock.unlock();
        if (!writing_.empty()) write_group();
        sync_or_mark(wanted);
        publish();
        lock.lock();
    }
}

void GroupJournal::wait_for_work(Lock& lock) {
    const auto called = [&] {
        return stop_ || !filling_.empty() || sync_wanted_ > writer_.synced();
    };
    idle_ = filling_.empty();
    work_.wait_until(lock, patience_ends(), called);
    idle_ = false;
    if (options_.durability.mode != Durability::Mode::always && !filling_.empty()) {
        work_.wait_for(lock, relaxed_linger, [&] {
            return stop_ || sync_wanted_ > writer_.synced() ||
                   filling_.bytes() >= relaxed_group_bytes;
        });
    }
}

/// When there will be something to do without being called: a sync, or a mark.
GroupJournal::Time GroupJournal::patience_ends() const {
    const auto now = Steady::now();
    switch (options_.durability.mode) {
        case Durability::Mode::interval:
            if (writer_.needs_sync()) return unsynced_since_ + options_.durability.interval;
            [[fallthrough]];
        case Durability::Mode::always:
            if (!marked_) return now + idle_before_mark;
            break;
        case Durability::Mode::os:
            break;
    }
    return now + std::chrono::hours{1};
}

void GroupJournal::write_group() {
    if (!writer_.needs_sync()) unsynced_since_ = Steady::now();
    if (!writer_.has_room_for(writing_)) await_next_segment();
    writer_.write(writing_);
    writing_.clear();
    marked_ = false;
    ++groups_written_;
    if (writer_.past_half()) request_next_segment();
}

void GroupJournal::sync_or_mark(Lsn wanted) {
    const auto& [mode, interval] = options_.durability;
    const bool due =
        mode == Durability::Mode::always ||
        (mode == Durability::Mode::interval && Steady::now() >= unsynced_since_ + interval);
    if (writer_.needs_sync()) {
        if (due || wanted > writer_.synced()) writer_.sync();
    } else if (!marked_ && mode != Durability::Mode::os) {
        writer_.mark(journal::FrameKind::idle);
        writer_.sync();
        marked_ = true;
    }
}

void GroupJournal::publish() {
    const Lsn reached =
        options_.durability.mode == Durability::Mode::always ? writer_.synced() : writer_.written();
    Lsn acknowledged = 0;
    {
        const Lock lock{mutex_};
        synced_ = writer_.synced();
        acknowledged = std::max<Lsn>(acknowledged_, reached);
        acknowledged_ = acknowledged;
        if (segments_.back().number != writer_.segment()) {
            segments_.push_back({writer_.segment(), writer_.segment_first()});
        }
    }
    progress_.notify_all();
    const std::scoped_lock lock{listeners_mutex_};
    for (const auto& told : listeners_) told(acknowledged);
}

void GroupJournal::latch(std::error_code code, std::string_view what) {
    if (options_.warning) {
        options_.warning("the storage has failed, nothing more is accepted: " + std::string{what});
    }
    {
        const Lock lock{mutex_};
        failure_ = code;
        failed_ = true;
    }
    progress_.notify_all();
    const std::scoped_lock lock{listeners_mutex_};
    for (const auto& told : listeners_) told(std::numeric_limits<Lsn>::max());
}

// The preparer's thread

void GroupJournal::request_next_segment() {
    const std::uint64_t next = writer_.segment() + 1;
    if (to_prepare_ >= next) return;
    {
        const Lock lock{mutex_};
        to_prepare_ = next;
        preparing_ = true;
    }
    preparer_work_.notify_one();
}

void GroupJournal::await_next_segment() {
    Lock lock{mutex_};
    progress_.wait(lock, [&] { return !preparing_; });
    writer_.prepared(prepared_);
}

void GroupJournal::run_preparer() {
    Lock lock{mutex_};
    for (;;) {
        preparer_work_.wait(lock, [&] { return stop_preparer_ || preparing_; });
        if (!preparing_) return;
        const std::uint64_t number = to_prepare_;
        lock.unlock();
        bool made = true;
        try {
            prepare_segment(files_, directory_, number, options_.segment_bytes,
                            zeros_for(options_.durability));
        } catch (const std::exception& error) {
            // The journal thread tries again when it needs the segment, and latches if that fails.
            made = false;
            if (options_.warning) options_.warning(error.what());
        }
        lock.lock();
        if (made) prepared_ = number;
        preparing_ = false;
        progress_.notify_all();
    }
}

}  // namespace allot

#include "storage/group_journal.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace allot {

namespace {
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
      store_id_{tail.store_id},
      staged_{buffer_bytes},
      writer_{files, directory, tail, options.segment_bytes, zeros_for(options.durability)},
      writing_{buffer_bytes},
      last_{tail.last},
      acknowledged_{tail.last},
      synced_{tail.last},
      readable_{tail.last},
      filling_{buffer_bytes},
      segments_{std::move(segments)} {
    if (segments_.empty()) segments_.push_back({writer_.segment(), writer_.segment_first()});
    oldest_ = segments_.front().first;
    newest_ = segments_.back().newest;
    for (const SegmentInfo& segment : segments_) {
        index_.add({segment.first, segment.number, 0, 0});
    }
}

// The engine's side

Lsn GroupJournal::append(std::span<const Fact> unit, UnixMicros now) {
    if (failed_) throw_failed();
    // What is filling only shrinks until the next flush().
    if (filling_bytes_ + staged_.bytes() + GroupBuffer::record_bytes_max(unit.size()) >
        journal::frame_bytes_max) {
        throw std::length_error{"a unit of work of " + std::to_string(unit.size()) +
                                " facts is more than a journal frame can hold"};
    }
    staged_.add(unit, now);
    staged_time_ = now;
    const Lsn last = last_.load(std::memory_order_relaxed) + unit.size();
    last_.store(last, std::memory_order_relaxed);
    return last;
}

void GroupJournal::flush() noexcept {
    if (staged_.empty()) return;
    bool wake = false;
    {
        // Who reads these without the mutex needs no order among them but that what is acknowledged
        // was added before: a plain store each, where the default would empty the store buffer.
        constexpr auto relaxed_order = std::memory_order_relaxed;
        const Lock lock{mutex_};
        const std::size_t before = filling_.bytes();
        bytes_appended_.store(
            bytes_appended_.load(relaxed_order) + staged_.bytes() - sizeof(journal::FrameHeader),
            relaxed_order);
        filling_.add(staged_);
        filling_bytes_.store(filling_.bytes(), relaxed_order);
        newest_ = staged_time_;
        const bool relaxed = options_.durability.mode != Durability::Mode::always;
        const bool congested = filling_.bytes() >= backlog_bytes_max;
        congested_.store(congested, relaxed_order);
        if (relaxed && !congested && !failed_) {
            acknowledged_.store(last_.load(relaxed_order), std::memory_order_release);
        }
        wake = idle_ ||
               (relaxed && filling_.bytes() >= relaxed_group_bytes && before < relaxed_group_bytes);
        idle_ = false;
    }
    if (wake) call_driver();
}

void GroupJournal::on_durable(std::function<void(Lsn)> call) {
    const std::scoped_lock lock{listeners_mutex_};
    listeners_.push_back(std::move(call));
}

void GroupJournal::request_sync(Lsn lsn) {
    {
        const Lock lock{mutex_};
        sync_wanted_ = std::max(sync_wanted_, lsn);
    }
    call_driver();
}

void GroupJournal::request_close() {
    flush();
    {
        const Lock lock{mutex_};
        stop_ = true;
    }
    call_driver();
}

void GroupJournal::prune(Lsn first) {
    remove_before(readers_.needed ? std::min(first, readers_.needed()) : first);
    look_back(first);
}

void GroupJournal::look_back(Lsn first) {
    if (!readers_.needed) return;
    const Lsn needed = std::min(first, readers_.needed());
    {
        const Lock lock{mutex_};
        std::uint64_t held_back = 0;
        for (std::size_t place = 0; may_go(place, first); ++place) {
            if (!may_go(place, needed)) ++held_back;
        }
        held_back_bytes_ = held_back * options_.segment_bytes;
    }
    if (held_back_bytes_ > 0) readers_.held_back(first, held_back_bytes_);
}

void GroupJournal::remove_before(Lsn first) {
    for (;;) {
        std::uint64_t number = 0;
        {
            const Lock lock{mutex_};
            if (!may_go(0, first)) return;
            number = segments_.front().number;
            oldest_ = segments_[1].first;
        }
        index_.drop(number);
        files_.remove(directory_ / journal::segment_name(number));
        {
            // Not before: one that could not be removed is the first to go the next time. Else
            // those after it would go without it, and leave a journal with a gap.
            const Lock lock{mutex_};
            segments_.erase(segments_.begin());
        }
        // Before the next one goes: a power cut must not bring this one back without that.
        files_.sync_directory(directory_);
    }
}

/// Whether the segment holds nothing but facts before `first`, and the options do not want it. All
/// before it are gone, or may go. \pre mutex_ is held
bool GroupJournal::may_go(std::size_t place, Lsn first) const {
    if (segments_.size() < place + 2 || segments_[place + 1].first > first) return false;
    // Those that are full and would be left; one that is longer than usual counts for less than it
    // holds.
    const std::uint64_t left = (segments_.size() - place - 2) * options_.segment_bytes;
    if (left < options_.keep_journal_bytes) return false;
    const std::chrono::microseconds age{newest_ - segments_[place].newest};
    return age >= options_.keep_journal_age;
}

std::uint64_t GroupJournal::file_bytes() const {
    const Lock lock{mutex_};
    return segments_.size() * options_.segment_bytes;
}

void GroupJournal::throw_failed() const {
    throw std::system_error{failure_, "the storage has failed; the store accepts nothing more"};
}

void GroupJournal::call_driver() const {
    if (called_) called_();
}

// The disk's side

GroupJournal::Time GroupJournal::step(Time now) noexcept {
    resume_ = now;
    try {
        if (ended_) return Time::max();
        next_step(now);
    } catch (const std::system_error& error) {
        latch(error.code(), error.what());
    } catch (const std::exception& error) {
        latch(std::make_error_code(std::errc::not_enough_memory), error.what());
    }
    return resume_;
}

/// A round: what has filled is written, then synced if it has to be, then told.
void GroupJournal::next_step(Time now) {
    switch (stage_) {
        case Stage::collecting:
            if (collect(now)) next_step(now);
            return;
        case Stage::writing:
            return write_group(now);
        case Stage::syncing:
            sync_or_mark(now);
            return publish();
        case Stage::closing:
            return close();
    }
}

/// \return false when there is nothing to do yet.
bool GroupJournal::collect(Time now) {
    const Lock lock{mutex_};
    if (preparation_failure_) std::rethrow_exception(preparation_failure_);
    idle_ = false;
    if (!stop_ && sync_wanted_ <= writer_.synced()) {
        resume_ = filling_.empty() ? patience_ends(now) : linger_ends(now);
        idle_ = filling_.empty() && now < resume_;
        if (now < resume_) return false;
    }
    idle_since_ = linger_ends_ = {};
    if (stop_ && filling_.empty()) {
        stage_ = Stage::closing;
        return true;
    }
    std::swap(filling_, writing_);
    filling_bytes_ = filling_.bytes();
    congested_ = false;  // which publish() tells
    wanted_ = sync_wanted_;
    stage_ = writing_.empty() ? Stage::syncing : Stage::writing;
    return true;
}

/// When there will be something to do although no unit has come: a sync, or a mark.
GroupJournal::Time GroupJournal::patience_ends(Time now) {
    if (idle_since_ == Time{}) idle_since_ = now;
    const auto& [mode, interval] = options_.durability;
    if (mode == Durability::Mode::os) return Time::max();
    if (writer_.needs_sync()) return unsynced_since_ + interval;
    return marked_ ? Time::max() : idle_since_ + idle_before_mark;
}

/// Where no reply waits for the disk, a group may grow a little before it is written.
GroupJournal::Time GroupJournal::linger_ends(Time now) {
    if (options_.durability.mode == Durability::Mode::always ||
        filling_.bytes() >= relaxed_group_bytes) {
        return now;
    }
    if (linger_ends_ == Time{}) linger_ends_ = now + relaxed_linger;
    return linger_ends_;
}

void GroupJournal::write_group(Time now) {
    if (!writer_.has_room_for(writing_)) {
        if (preparing_) {
            resume_ = Time::max();  // prepare_segment() will call
            return;
        }
        const Lock lock{mutex_};
        if (preparation_failure_) std::rethrow_exception(preparation_failure_);
        writer_.prepared(prepared_);
    }
    if (!writer_.needs_sync()) unsynced_since_ = now;
    writer_.write(writing_);
    group_sizes_.count(writing_.facts());
    writing_.clear();
    marked_ = false;
    if (writer_.past_half()) request_next_segment();
    stage_ = Stage::syncing;
}

void GroupJournal::sync_or_mark(Time now) {
    const auto& [mode, interval] = options_.durability;
    const bool due = mode == Durability::Mode::always ||
                     (mode == Durability::Mode::interval && now >= unsynced_since_ + interval);
    if (writer_.needs_sync()) {
        if (due || wanted_ > writer_.synced()) writer_.sync();
    } else if (!marked_ && mode != Durability::Mode::os) {
        writer_.mark(journal::FrameKind::idle);
        writer_.sync();
        marked_ = true;
    }
    stage_ = Stage::collecting;
}

void GroupJournal::close() {
    writer_.sync();
    writer_.mark(journal::FrameKind::close);
    writer_.sync();
    ended_ = true;
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
            index_.add({writer_.segment_first(), writer_.segment(), 0, 0});
        }
        segments_.back().newest = newest_;
    }
    index_.add(writer_.place());
    // Only now: whoever reads up to there finds the way in the index.
    readable_ =
        options_.durability.mode == Durability::Mode::os ? writer_.written() : writer_.synced();
    tell(acknowledged);
}

void GroupJournal::latch(std::error_code code, std::string_view what) {
    if (options_.warning) {
        options_.warning("the storage has failed, nothing more is accepted: " + std::string{what});
    }
    failure_ = code;
    failed_ = true;
    ended_ = true;
    tell(std::numeric_limits<Lsn>::max());
}

void GroupJournal::tell(Lsn lsn) {
    const std::scoped_lock lock{listeners_mutex_};
    for (const auto& told : listeners_) told(lsn);
}

// The next segment

void GroupJournal::request_next_segment() {
    const std::uint64_t next = writer_.segment() + 1;
    {
        const Lock lock{mutex_};
        if (to_prepare_ >= next) return;
        to_prepare_ = next;
    }
    preparing_ = true;
    call_driver();
}

void GroupJournal::prepare_segment() noexcept {
    std::uint64_t number = 0;
    {
        const Lock lock{mutex_};
        number = to_prepare_;
    }
    try {
        allot::prepare_segment(files_, directory_, number, options_.segment_bytes,
                               zeros_for(options_.durability));
        const Lock lock{mutex_};
        prepared_ = number;
    } catch (const std::exception&) {
        const Lock lock{mutex_};
        preparation_failure_ = std::current_exception();
    }
    preparing_ = false;
    call_driver();
}

}  // namespace allot

// The disk's side: rounds of a group that is written, synced and told, and the segment after this.
#include <algorithm>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "storage/group_journal.hpp"

namespace allot {

namespace {
/// A journal without work for so long marks its last group as durable, on the disk itself.
constexpr std::chrono::milliseconds idle_before_mark{20};
/// Where replies do not wait for the disk, units of work collect for so long before a write.
constexpr std::chrono::milliseconds relaxed_linger{1};
}  // namespace

GroupJournal::Time GroupJournal::step(Time now) noexcept {
    resume_ = now;
    if (opened_ == Time{}) opened_ = now;
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
            return publish(now);
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
    if (!is_history_begun_) return record_history();
    if (!writer_.needs_sync()) unsynced_since_ = now;
    writer_.write(writing_);
    group_sizes_.count(writing_.facts());
    writing_.clear();
    marked_ = false;
    if (writer_.past_half()) request_next_segment();
    stage_ = Stage::syncing;
}

/// Before the first group of a journal that is not synced as it goes. Whoever has seen facts that a
/// power cut takes is then told of where their history has parted from that of the store.
void GroupJournal::record_history() {
    if (!writer_.needs_sync()) return writer_.begin_history({});
    writer_.sync();
    is_history_begun_ = true;
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

void GroupJournal::publish(Time now) {
    const Lsn reached =
        options_.durability.mode == Durability::Mode::always ? writer_.synced() : writer_.written();
    Lsn acknowledged = 0;
    {
        const Lock lock{mutex_};
        synced_ = writer_.synced();
        acknowledged = std::max<Lsn>(acknowledged_, reached);
        acknowledged_ = acknowledged;
        if (segments_.back().number != writer_.segment()) {
            begin_segment(segments_, writer_.segment(), writer_.segment_first());
            index_.add({writer_.segment_first(), writer_.segment(), 0, 0});
        }
        note_writing(now);
    }
    index_.add(writer_.place());
    // Only now: whoever reads up to there finds the way in the index.
    readable_ =
        options_.durability.mode == Durability::Mode::os ? writer_.written() : writer_.synced();
    tell(acknowledged);
}

/// \pre mutex_ is held
void GroupJournal::note_writing(Time now) {
    if (noted_ == writer_.written()) return;
    noted_ = writer_.written();
    note_write(segments_, newest_,
               std::chrono::duration_cast<std::chrono::microseconds>(now - opened_));
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
        allot::prepare_segment(files_, directory_, number, options_.segment_bytes, zeros_);
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

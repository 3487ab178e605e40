// The side of the disk: a batch is written, synced and published; and the next segment.
#include <algorithm>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "storage/format/store_files.hpp"
#include "storage/io/back_off.hpp"
#include "storage/journal/group_journal.hpp"

namespace allot {

namespace {
/// After this time without work the journal marks its last group as durable, on the disk itself.
constexpr std::chrono::milliseconds idle_before_mark{20};
/// Where replies do not wait for the disk, units of work collect for this time before a write.
constexpr std::chrono::milliseconds relaxed_batch_delay{1};
/// The delay between tries to make a segment.
constexpr BackOff preparation_back_off{.first = std::chrono::milliseconds{100},
                                       .most = std::chrono::milliseconds{2000}};
/// How many tries in a row may fail while a unit that was accepted waits for the segment: some 5 s.
constexpr std::uint64_t failed_preparations_max = 6;
}  // namespace

GroupJournal::Time GroupJournal::step(Time now) noexcept {
    resume_ = now;
    if (opened_ == Time{}) opened_ = now;
    try {
        if (ended_) return Time::max();
        if (disk_.look(now, bytes_appended_)) {
            const Lock lock{mutex_};
            judge_room();
        }
        retry_preparation(now);
        next_step(now);
        if (retry_at_ != Time{} && !ended_) resume_ = std::min(resume_, retry_at_);
    } catch (const std::system_error& error) {
        latch(error.code(), error.what());
    } catch (const std::exception& error) {
        latch(std::make_error_code(std::errc::not_enough_memory), error.what());
    }
    return resume_;
}

/// A batch: the filled group is written, then synced if required, then published.
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
    idle_ = false;
    if (!stop_ && sync_wanted_ <= writer_.synced()) {
        resume_ = filling_.empty() ? idle_deadline(now) : batch_deadline(now);
        idle_ = filling_.empty() && now < resume_;
        if (now < resume_) return false;
    }
    idle_since_ = batch_deadline_ = {};
    if (stop_ && filling_.empty()) {
        stage_ = Stage::closing;
        return true;
    }
    std::swap(filling_, writing_);
    room_ -= std::min<std::uint64_t>(room_, writing_.bytes() + journal::alignment);
    filling_bytes_ = filling_.bytes();
    congested_ = false;  // which publish() makes known
    wanted_ = sync_wanted_;
    stage_ = writing_.empty() ? Stage::syncing : Stage::writing;
    return true;
}

/// When there will be something to do although no unit has come: a sync, or a mark.
GroupJournal::Time GroupJournal::idle_deadline(Time now) {
    if (idle_since_ == Time{}) idle_since_ = now;
    const auto& [mode, interval] = options_.durability;
    if (mode == Durability::Mode::os) return Time::max();
    if (writer_.needs_sync()) return unsynced_since_ + interval;
    return marked_ ? Time::max() : idle_since_ + idle_before_mark;
}

/// Where no reply waits for the disk, a group may grow a little before it is written.
GroupJournal::Time GroupJournal::batch_deadline(Time now) {
    if (options_.durability.mode == Durability::Mode::always ||
        filling_.bytes() >= relaxed_group_bytes) {
        return now;
    }
    if (batch_deadline_ == Time{}) batch_deadline_ = now + relaxed_batch_delay;
    return batch_deadline_;
}

void GroupJournal::write_group(Time now) {
    if (!writer_.has_room_for(writing_) && !next_segment_is_ready()) {
        resume_ = Time::max();  // prepare_segment() will call, or retry_preparation() has its time
        return;
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

/// Records the history before the first group of a journal that is not synced as it goes. A reader
/// that has seen facts which a power cut takes away then learns where their history diverged.
void GroupJournal::record_history() {
    if (!writer_.needs_sync()) return writer_.begin_history({});
    writer_.sync();
    is_history_begun_ = true;
}

/// Requests the next segment, large enough for the group, if it is not ready. A unit that was
/// accepted when there seemed to be room waits for a few tries, unless the journal is to be closed.
/// \throws what the last try threw.
bool GroupJournal::next_segment_is_ready() {
    if (preparing_) return false;
    {
        const Lock lock{mutex_};
        const std::uint64_t number = writer_.segment() + 1;
        const std::uint64_t bytes = writer_.segment_bytes_for(writing_);
        if (prepared_.number == number && prepared_.bytes >= bytes) {
            writer_.prepared(prepared_);
            waits_for_room_ = false;
            return true;
        }
        if (preparation_failure_ && (stop_ || preparations_failed_ >= failed_preparations_max)) {
            std::rethrow_exception(preparation_failure_);
        }
        to_prepare_ = {number, bytes};
    }
    if (disk_full_) {
        wait_for_room();
    } else {
        preparing_ = true;
        call_driver();
    }
    return false;
}

/// Informs the threads that would wait for what is not written.
void GroupJournal::wait_for_room() {
    if (!waits_for_room_.exchange(true)) tell(acknowledged_);
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
        note_begun_segments();
        note_writing(now);
        room_ = writer_.room();
        judge_room();
    }
    segments_.index().add(writer_.position());
    // Only now: a reader that reads up to there finds the position in the index.
    readable_ =
        options_.durability.mode == Durability::Mode::os ? writer_.written() : writer_.synced();
    tell(acknowledged);
}

void GroupJournal::note_begun_segments() {
    for (const SegmentInfo& segment : writer_.take_begun()) {
        segments_.begin(segment.number, segment.first);
    }
}

/// \pre mutex_ is held
void GroupJournal::note_writing(Time now) {
    if (noted_ == writer_.written()) return;
    noted_ = writer_.written();
    segments_.note_write(newest_,
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
        if (to_prepare_.number >= next) return;
        to_prepare_ = {next, options_.segment_bytes};
    }
    preparing_ = true;
    call_driver();
}

/// \throws what a sync of the directory threw, after which nothing may be relied upon.
void GroupJournal::retry_preparation(Time now) {
    std::uint64_t failed = 0;
    {
        const Lock lock{mutex_};
        if (naming_failure_) std::rethrow_exception(naming_failure_);
        if (!preparing_) failed = preparations_failed_;
    }
    if (failed == 0) {
        retry_at_ = {};
        return;
    }
    if (retry_at_ == Time{}) retry_at_ = now + preparation_back_off.after(failed, 1);
    if (now < retry_at_) return;
    retry_at_ = {};
    preparing_ = true;
    call_driver();
}

/// Removes an unused file with the segment's name, if the disk has no room for both: an earlier
/// process has made it, or it is too small.
void GroupJournal::make_way(const PreparedSegment& segment) {
    if (disk_.free_bytes_now() >= segment.bytes) return;
    const std::string name = journal::segment_name(segment.number);
    if (!store_files::has(files_, directory_, name)) return;
    {
        const Lock lock{mutex_};
        prepared_ = {};
    }
    files_.remove(directory_ / name);
}

void GroupJournal::prepare_segment() noexcept {
    PreparedSegment segment;
    {
        const Lock lock{mutex_};
        segment = to_prepare_;
    }
    std::exception_ptr failure;
    std::exception_ptr naming_failure;
    try {
        make_way(segment);
        disk_.require(segment.bytes);
        make_segment(files_, directory_, segment, zeros_);
        try {
            files_.sync_directory(directory_);
        } catch (const std::exception&) {
            naming_failure = std::current_exception();
        }
    } catch (const std::exception& error) {
        failure = std::current_exception();
        disk_.tell_full(error.what());
    }
    if (!failure && disk_full_) disk_.tell_room();
    disk_full_ = failure != nullptr;
    {
        const Lock lock{mutex_};
        preparation_failure_ = failure;
        naming_failure_ = naming_failure;
        preparations_failed_ = failure ? preparations_failed_ + 1 : 0;
        if (!failure && !naming_failure) prepared_ = segment;
        judge_room();
    }
    preparing_ = false;
    call_driver();
}

}  // namespace allot

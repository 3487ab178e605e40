#include "storage/journal/group_commit.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <string>
#include <utility>

namespace allot {

namespace {
/// The time without work after which the journal writes a mark, which declares its last group
/// durable.
constexpr std::chrono::milliseconds idle_before_mark{20};
/// The time for which units collect before a write in modes in which replies do not wait for the
/// disk.
constexpr std::chrono::milliseconds relaxed_batch_delay{1};
}  // namespace

GroupCommit::GroupCommit(FileSystem& files, const std::filesystem::path& directory,
                         const JournalTail& tail, SegmentList& segments, GroupStaging& staging,
                         NextSegment& next, const StoreOptions& options, Histories histories)
    : options_{options},
      segments_{segments},
      staging_{staging},
      next_{next},
      histories_{std::move(histories)},
      writer_{files, directory, tail, options.segment_bytes, preallocation_of(options.durability)},
      writing_{GroupStaging::buffer_bytes(options)},
      noted_{tail.last},
      is_history_begun_{options.durability.syncs()},
      synced_{tail.last},
      readable_{tail.last} {
    histories_.begin_with_first_fact(tail.history, tail.last + 1);
    note_begun_segments();
    staging_.written(tail.last, writer_.free_bytes());
    next_.update_short();
}

void GroupCommit::begin_history(std::span<const Histories::LostHistory> lost) {
    writer_.begin_history(lost);
    writer_.sync();
    histories_.add_lost(lost);
    histories_.record();
    is_history_begun_ = true;
}

void GroupCommit::on_durable(std::function<void(Lsn)> call) {
    const std::scoped_lock lock{listeners_mutex_};
    listeners_.push_back(std::move(call));
}

GroupCommit::Time GroupCommit::step(Time now) noexcept {
    if (ended_) return Time::max();
    resume_ = now;
    if (opened_ == Time{}) opened_ = now;
    try {
        if (next_.disk().look(now, staging_.bytes_appended())) next_.update_short();
        const Time retry_at = next_.retry(now);
        next_step(now);
        if (!ended_) resume_ = std::min(resume_, retry_at);
    } catch (const std::system_error& error) {
        set_failed(error.code(), error.what());
    } catch (const std::exception& error) {
        set_failed(std::make_error_code(std::errc::not_enough_memory), error.what());
    }
    return resume_;
}

void GroupCommit::next_step(Time now) {
    switch (stage_) {
        case Stage::collecting:
            if (collect(now)) next_step(now);
            return;
        case Stage::writing:
            return write_group(now);
        case Stage::recording:
            return sync_history();
        case Stage::syncing:
            sync_or_mark(now);
            return publish(now);
        case Stage::closing:
            return close();
    }
}

/// \return false when there is nothing to do yet.
bool GroupCommit::collect(Time now) {
    const auto filled = staging_.take(writing_, [&](const GroupStaging::Filled& found) {
        if (found.close_requested || found.sync_wanted > writer_.synced()) return true;
        resume_ = found.bytes == 0 ? idle_deadline(now) : batch_deadline(now, found.bytes);
        return now >= resume_;
    });
    if (!filled) return false;
    idle_since_ = batch_deadline_ = {};
    wanted_ = filled->sync_wanted;
    newest_ = filled->newest;
    stage_ = filled->bytes > 0         ? Stage::writing
             : filled->close_requested ? Stage::closing
                                       : Stage::syncing;
    return true;
}

/// The time of the next sync or mark if no unit comes.
GroupCommit::Time GroupCommit::idle_deadline(Time now) {
    if (idle_since_ == Time{}) idle_since_ = now;
    if (!options_.durability.syncs()) return Time::max();
    if (writer_.needs_sync()) return unsynced_since_ + options_.durability.interval;
    return is_marked_ ? Time::max() : idle_since_ + idle_before_mark;
}

/// The time at which the filling group is written: in modes in which no reply waits for the disk,
/// it may grow a little first.
GroupCommit::Time GroupCommit::batch_deadline(Time now, std::size_t bytes) {
    if (options_.durability.waits_for_sync() || bytes >= GroupStaging::relaxed_group_bytes) {
        return now;
    }
    if (batch_deadline_ == Time{}) batch_deadline_ = now + relaxed_batch_delay;
    return batch_deadline_;
}

/// In mode `os` the first write_group() records the history before the group: a reader of facts
/// that a power cut loses can then learn where their history diverged.
void GroupCommit::write_group(Time now) {
    if (!has_space()) {
        resume_ = Time::max();  // `next_` calls the driver, or retry() sets the time
        return;
    }
    if (!is_history_begun_) {
        writer_.begin_history({});
        stage_ = Stage::recording;
        return;
    }
    if (!writer_.needs_sync()) unsynced_since_ = now;
    writer_.write(writing_);
    group_sizes_.count(writing_.facts());
    writing_.clear();
    is_marked_ = false;
    if (writer_.past_half()) next_.request(writer_.segment() + 1);
    stage_ = Stage::syncing;
}

void GroupCommit::sync_history() {
    writer_.sync();
    is_history_begun_ = true;
    stage_ = Stage::writing;
}

/// \return false while accepted units wait for the next segment.
bool GroupCommit::has_space() {
    if (writer_.fits(writing_)) return true;
    const bool waited = next_.waits_for_space();
    const auto segment = next_.ready({writer_.segment() + 1, writer_.segment_bytes_for(writing_)},
                                     staging_.close_requested());
    if (segment) writer_.prepared(*segment);
    // Wakes the threads that wait for units which are not written.
    if (!waited && next_.waits_for_space()) notify(staging_.acknowledged());
    return segment.has_value();
}

void GroupCommit::sync_or_mark(Time now) {
    const Durability& durability = options_.durability;
    if (writer_.needs_sync()) {
        const bool is_due = durability.waits_for_sync() ||
                            (durability.syncs() && now >= unsynced_since_ + durability.interval);
        if (is_due || wanted_ > writer_.synced()) writer_.sync();
    } else if (!is_marked_ && durability.syncs()) {
        writer_.mark(journal::FrameKind::idle);
        writer_.sync();
        is_marked_ = true;
    }
    stage_ = Stage::collecting;
}

void GroupCommit::close() {
    writer_.sync();
    writer_.mark(journal::FrameKind::close);
    writer_.sync();
    ended_ = true;
}

void GroupCommit::publish(Time now) {
    const Durability& durability = options_.durability;
    synced_ = writer_.synced();
    note_begun_segments();
    note_writing(now);
    // In this order a reader of an LSN finds its position in the index, and a caller whose unit is
    // acknowledged finds its facts readable.
    segments_.index().add(writer_.position());
    readable_ = durability.syncs() ? writer_.synced() : writer_.written();
    const Lsn acknowledged = staging_.written(
        durability.waits_for_sync() ? writer_.synced() : writer_.written(), writer_.free_bytes());
    next_.update_short();
    notify(acknowledged);
}

void GroupCommit::note_begun_segments() {
    for (const SegmentInfo& segment : writer_.take_begun()) {
        segments_.begin(segment.number, segment.first);
    }
}

void GroupCommit::note_writing(Time now) {
    if (noted_ == writer_.written()) return;
    noted_ = writer_.written();
    segments_.note_write(newest_,
                         std::chrono::duration_cast<std::chrono::microseconds>(now - opened_));
}

void GroupCommit::set_failed(std::error_code code, std::string_view what) {
    if (options_.warning) {
        options_.warning("the storage has failed; the store accepts nothing more: " +
                         std::string{what});
    }
    failure_ = code;
    failed_ = true;
    ended_ = true;
    notify(std::numeric_limits<Lsn>::max());
}

void GroupCommit::throw_failed() const {
    throw std::system_error{failure_, "the storage has failed; the store accepts nothing more"};
}

void GroupCommit::notify(Lsn lsn) {
    const std::scoped_lock lock{listeners_mutex_};
    for (const auto& listener : listeners_) listener(lsn);
}

}  // namespace allot

#include "storage/journal/group_staging.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "storage/journal/journal_writer.hpp"

namespace allot {

namespace {
/// The bytes that frames may take beside the units: those of the filling group and of the group
/// that is being written.
constexpr std::size_t frames_bytes_max = 2 * (sizeof(journal::FrameHeader) + journal::alignment);

/// The size of a group that a frame and every new segment of this size can hold.
std::size_t usual_group_bytes(std::uint64_t segment_bytes) {
    const std::uint64_t taken = JournalWriter::segment_bytes_of(frames_bytes_max);
    const std::uint64_t left = segment_bytes > taken ? segment_bytes - taken : 0;
    return std::min<std::size_t>(left, journal::frame_bytes_max);
}
}  // namespace

GroupStaging::GroupStaging(Lsn last, const NextSegment& next, const StoreOptions& options)
    : next_{next},
      options_{options},
      usual_group_bytes_max_{usual_group_bytes(options.segment_bytes)},
      staged_{buffer_bytes(options)},
      last_{last},
      acknowledged_{last},
      filling_{buffer_bytes(options)} {}

inline void GroupStaging::require_space_for(std::size_t facts) const {
    // The filling group only shrinks until the next flush().
    const std::size_t bytes = GroupBuffer::record_bytes_max(facts);
    const std::size_t group_bytes = filling_bytes_ + staged_.bytes() + bytes;
    if (next_.is_short() || group_bytes > usual_group_bytes_max_) require_space(facts, group_bytes);
}

Lsn GroupStaging::append(std::span<const Fact> unit, UnixMicros now) {
    require_space_for(unit.size());
    staged_.add(unit, now);
    return note_staged(unit.size(), now);
}

Lsn GroupStaging::append(const LineView& line, BatchRefView batch, UnixMicros now) {
    require_space_for(1);
    staged_.add(line, batch, now);
    return note_staged(1, now);
}

Lsn GroupStaging::note_staged(std::size_t facts, UnixMicros now) noexcept {
    staged_time_ = now;
    const Lsn last = last_.load(std::memory_order_relaxed) + facts;
    last_.store(last, std::memory_order_relaxed);
    return last;
}

/// Requires that a frame can hold the group, and that the group fits into the current segment when
/// the next one may not be created.
void GroupStaging::require_space(std::size_t facts, std::size_t group_bytes) const {
    if (group_bytes > journal::frame_bytes_max) {
        throw std::length_error{"a unit of work of " + std::to_string(facts) +
                                " facts is more than a journal frame can hold"};
    }
    const std::scoped_lock lock{mutex_};
    const std::uint64_t group = filling_.bytes() + staged_.bytes() +
                                GroupBuffer::record_bytes_max(facts) + frames_bytes_max;
    if (group + JournalWriter::mark_bytes_max > free_bytes_) next_.require(group);
}

bool GroupStaging::flush(bool failed) noexcept {
    if (staged_.empty()) return false;
    // Readers without the mutex need no order among these, except that what is acknowledged was
    // added before: so each is a plain store; the default would drain the store buffer.
    constexpr auto relaxed_order = std::memory_order_relaxed;
    const std::scoped_lock lock{mutex_};
    const std::size_t before = filling_.bytes();
    bytes_appended_.store(
        bytes_appended_.load(relaxed_order) + staged_.bytes() - sizeof(journal::FrameHeader),
        relaxed_order);
    filling_.add(staged_);
    filling_bytes_.store(filling_.bytes(), relaxed_order);
    newest_ = staged_time_;
    const bool relaxed = !options_.durability.waits_for_sync();
    const bool congested = filling_.bytes() >= backlog_bytes_max;
    congested_.store(congested, relaxed_order);
    if (relaxed && !congested && !failed) {
        acknowledged_.store(last_.load(relaxed_order), std::memory_order_release);
    }
    const bool has_work = is_idle_ || (relaxed && filling_.bytes() >= relaxed_group_bytes &&
                                       before < relaxed_group_bytes);
    is_idle_ = false;
    return has_work;
}

Lsn GroupStaging::written(Lsn reached, std::uint64_t free_bytes) noexcept {
    const std::scoped_lock lock{mutex_};
    free_bytes_ = free_bytes;
    const Lsn acknowledged = std::max<Lsn>(acknowledged_, reached);
    acknowledged_ = acknowledged;
    return acknowledged;
}

void GroupStaging::request_sync(Lsn lsn) {
    const std::scoped_lock lock{mutex_};
    sync_wanted_ = std::max(sync_wanted_, lsn);
}

void GroupStaging::request_close() {
    const std::scoped_lock lock{mutex_};
    close_requested_ = true;
}

bool GroupStaging::close_requested() const {
    const std::scoped_lock lock{mutex_};
    return close_requested_;
}

}  // namespace allot

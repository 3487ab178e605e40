// The side of the engine: units are staged, syncs and the close are requested.
// group_journal_commit.cpp has what goes to the disk, and when.
#include "storage/journal/group_journal.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace allot {

namespace {
/// With a backlog of this size, replies wait for the disk in every mode, and so do further units.
constexpr std::size_t backlog_bytes_max = 8U << 20U;
/// Set aside for each buffer, so that a backlog does not make them move; used only as it grows.
constexpr std::size_t buffer_bytes = backlog_bytes_max + (1U << 20U);

/// What a group may cost beside its units: the frames of the group that is filling and of the one
/// that is being written.
constexpr std::size_t frames_bytes_max = 2 * (sizeof(journal::FrameHeader) + journal::alignment);

/// The bytes of a group that every new segment of this size can hold.
std::size_t usual_group_bytes(std::uint64_t segment_bytes) {
    const std::uint64_t taken = JournalWriter::segment_bytes_of(frames_bytes_max);
    return segment_bytes > taken ? static_cast<std::size_t>(segment_bytes - taken) : 0;
}
}  // namespace

GroupJournal::GroupJournal(FileSystem& files, const std::filesystem::path& directory,
                           const JournalTail& tail, std::vector<SegmentInfo> segments,
                           const StoreOptions& options, Histories histories)
    : files_{files},
      directory_{directory},
      options_{options},
      usual_group_bytes_max_{usual_group_bytes(options.segment_bytes)},
      zeros_{options.durability.mode == Durability::Mode::os ? Zeros::implied : Zeros::written},
      store_id_{tail.store_id},
      histories_{std::move(histories)},
      disk_{files, directory, options.segment_bytes, options.warning},
      staged_{buffer_bytes},
      writer_{files, directory, tail, options.segment_bytes, zeros_},
      writing_{buffer_bytes},
      is_history_begun_{options.durability.mode != Durability::Mode::os},
      last_{tail.last},
      acknowledged_{tail.last},
      synced_{tail.last},
      readable_{tail.last},
      segments_{files, directory, std::move(segments), options},
      filling_{buffer_bytes} {
    note_begun_segments();
    noted_ = tail.last;
    histories_.begin_with_first_fact(tail.history, tail.last + 1);
    const Lock lock{mutex_};
    room_ = writer_.room();
    judge_room();
}

void GroupJournal::begin_history(std::span<const Histories::Left> left) {
    writer_.begin_history(left);
    writer_.sync();
    for (const auto& [id, agreed] : left) histories_.leave(id, agreed);
    histories_.record();
    is_history_begun_ = true;
}

Lsn GroupJournal::append(std::span<const Fact> unit, UnixMicros now) {
    if (failed_) throw_failed();
    // The group that is filling only shrinks until the next flush().
    const std::size_t record_bytes = GroupBuffer::record_bytes_max(unit.size());
    const std::size_t group_bytes = filling_bytes_ + staged_.bytes() + record_bytes;
    if (group_bytes > journal::frame_bytes_max) {
        throw std::length_error{"a unit of work of " + std::to_string(unit.size()) +
                                " facts is more than a journal frame can hold"};
    }
    if (room_is_short_ || group_bytes > usual_group_bytes_max_) require_room(record_bytes);
    staged_.add(unit, now);
    staged_time_ = now;
    const Lsn last = last_.load(std::memory_order_relaxed) + unit.size();
    last_.store(last, std::memory_order_relaxed);
    return last;
}

/// A unit accepted here has to fit the present segment, where the next one may not be made. A group
/// that no segment of the usual size takes needs one of its own, which replaces the prepared one.
/// \throws StorageFull
void GroupJournal::require_room(std::size_t bytes) {
    const Lock lock{mutex_};
    const std::uint64_t group = filling_.bytes() + staged_.bytes() + bytes + frames_bytes_max;
    if (group + JournalWriter::mark_bytes_max <= room_) return;
    const auto full = std::make_error_code(std::errc::no_space_on_device);
    if (room_is_short_) throw StorageFull{full, "there is no room for another journal segment"};
    const std::uint64_t needed = JournalWriter::segment_bytes_of(group);
    if (needed <= options_.segment_bytes) return;
    const std::uint64_t prepared = next_is_there() ? prepared_.bytes : 0;
    if (needed <= prepared || needed - prepared <= disk_.free_bytes_now()) return;
    throw StorageFull{
        full, "there is no room for a journal segment of " + std::to_string(needed) + " bytes"};
}

/// \pre mutex_ is held
bool GroupJournal::next_is_there() const { return prepared_.number > segments_.last_number(); }

/// \pre mutex_ is held
void GroupJournal::judge_room() noexcept {
    room_is_short_ = !next_is_there() &&
                     (preparations_failed_ > 0 || disk_.free_bytes() < options_.segment_bytes);
}

void GroupJournal::flush() noexcept {
    if (staged_.empty()) return;
    bool wake = false;
    {
        // Readers without the mutex need no order among these, except that what is acknowledged was
        // added before: so each is a plain store; the default would drain the store buffer.
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

void GroupJournal::throw_failed() const {
    throw std::system_error{failure_, "the storage has failed; the store accepts nothing more"};
}

void GroupJournal::call_driver() const {
    if (called_) called_();
}

}  // namespace allot

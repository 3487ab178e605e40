#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/ports.hpp"
#include "storage/journal/disk_watch.hpp"
#include "storage/journal/group_buffer.hpp"
#include "storage/journal/group_sizes.hpp"
#include "storage/journal/journal_writer.hpp"
#include "storage/journal/segment_list.hpp"
#include "storage/options.hpp"

namespace allot {

/// The journal on disk, with group commit: units of work collect in one buffer while the other is
/// written and synced; the units of that time form the next group. No unit waits for a timer.
///
/// A state machine: it has no thread, reads no clock and never waits. Its driver calls step() again
/// and again, and prepare_segment() when it is asked for: threads in a store (see JournalThreads),
/// a seed in a simulation.
///
/// append() and flush() are for one caller at a time (see StoreMutex), step() for one, and
/// prepare_segment() for one; the three may run at the same time, and everything else may be called
/// from any thread.
class GroupJournal final : public Journal {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// \param histories of what was recovered; that of this opening (tail.history) is added.
    /// options.warning receives why the storage failed.
    GroupJournal(FileSystem& files, const std::filesystem::path& directory, const JournalTail& tail,
                 std::vector<SegmentInfo> segments, const StoreOptions& options,
                 Histories histories = {});
    GroupJournal(const GroupJournal&) = delete;
    GroupJournal& operator=(const GroupJournal&) = delete;

    /// Records this opening's history durably before it has a fact, and the histories that have
    /// left. Called, if at all, before everything else.
    void begin_history(std::span<const Histories::Left> left);

    Lsn append(std::span<const Fact> unit, UnixMicros now) override;
    void flush() noexcept override;
    [[nodiscard]] Lsn last() const noexcept override { return last_; }
    [[nodiscard]] Lsn durable() const noexcept override { return acknowledged_; }
    void on_durable(std::function<void(Lsn)> call) override;

    /// True while the disk is so far behind that more units would only take up memory. A caller
    /// that does not wait until its units are durable should append none until this is false.
    [[nodiscard]] bool congested() const noexcept { return congested_; }
    /// The last LSN that would survive a power cut, in every mode.
    [[nodiscard]] Lsn synced() const noexcept { return synced_; }
    /// Asks that all up to the LSN be synced soon, in every mode.
    void request_sync(Lsn lsn);
    /// Asks that what is left be written and synced, and the journal be marked as closed cleanly.
    void request_close();
    /// True when no further step() will do anything: the journal is closed, or the storage failed.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// The segments in use. Those that are not needed any more are removed there.
    [[nodiscard]] SegmentList& segments() noexcept { return segments_; }
    [[nodiscard]] const SegmentList& segments() const noexcept { return segments_; }

    // For readers of the files
    /// The last LSN that may be shown: in every mode that syncs the last that would survive a power
    /// cut, in mode `os` the last written. All up to there can be read, whole. Never goes back.
    [[nodiscard]] Lsn readable() const noexcept { return readable_; }
    /// The first LSN that is kept. All facts of a file that was removed are before it.
    [[nodiscard]] Lsn oldest() const noexcept { return segments_.oldest(); }
    [[nodiscard]] JournalIndex& index() noexcept { return segments_.index(); }
    [[nodiscard]] std::uint64_t store_id() const noexcept { return store_id_; }
    /// The object stays the same.
    [[nodiscard]] const Histories& histories() const noexcept { return histories_; }

    // For the driver
    /// Registers `call`, which any thread may make when step() or prepare_segment() has work.
    /// Once only, before the first step.
    void on_work(std::function<void()> call) { called_ = std::move(call); }
    /// Does the next piece of work: at most one write, or one sync.
    /// \return when to call it again, unless the callback of on_work() comes first; a time not
    /// after `now` means at once.
    Time step(Time now) noexcept;
    [[nodiscard]] bool wants_segment() const noexcept { return preparing_; }
    /// Makes the next segment file. A failure leaves what is there as it was, and is followed by
    /// further tries: see disk_full(). \pre wants_segment()
    void prepare_segment() noexcept;

    // Space on the disk
    /// True while the next segment cannot be made, for lack of space or another reason. Units that
    /// fit the present segment are accepted and written; for others append() throws StorageFull.
    [[nodiscard]] bool disk_full() const noexcept { return disk_full_; }
    /// True while accepted units have no room either, because a segment that was expected could not
    /// be made. They are written once there is room. After some 5 s without, or when a close comes
    /// first, the journal has failed.
    [[nodiscard]] bool waits_for_room() const noexcept { return waits_for_room_; }
    /// Bytes that a snapshot may take, of which the operator is warned in time: see DiskWatch.
    void expect_snapshot(std::uint64_t bytes) noexcept { disk_.expect_snapshot(bytes); }
    [[nodiscard]] const DiskWatch& disk() const noexcept { return disk_; }

    [[nodiscard]] bool failed() const noexcept { return failed_; }
    /// \pre failed() \throws std::system_error
    [[noreturn]] void throw_failed() const;
    [[nodiscard]] std::uint64_t bytes_appended() const noexcept { return bytes_appended_; }
    [[nodiscard]] std::uint64_t groups_written() const noexcept { return group_sizes_.groups(); }
    [[nodiscard]] const GroupSizes& group_sizes() const noexcept { return group_sizes_; }
    /// Of the group that is filling while another is written.
    [[nodiscard]] std::size_t waiting_bytes() const noexcept {
        const std::size_t framed = filling_bytes_;
        return framed - std::min(framed, sizeof(journal::FrameHeader));
    }

private:
    using Lock = std::unique_lock<std::mutex>;
    enum class Stage : std::uint8_t { collecting, writing, syncing, closing };

    /// Where replies do not wait for the disk, a group of so many bytes waits for no further units.
    static constexpr std::size_t relaxed_group_bytes = 1U << 20U;

    void next_step(Time now);
    bool collect(Time now);
    [[nodiscard]] Time idle_deadline(Time now);
    [[nodiscard]] Time batch_deadline(Time now);
    void write_group(Time now);
    void record_history();
    [[nodiscard]] bool next_segment_is_ready();
    void wait_for_room();
    void sync_or_mark(Time now);
    void close();
    void publish(Time now);
    void note_begun_segments();
    void note_writing(Time now);
    void latch(std::error_code code, std::string_view what);
    void tell(Lsn lsn);
    void request_next_segment();
    void retry_preparation(Time now);
    void make_way(const PreparedSegment& segment);
    void require_room(std::size_t bytes);
    [[nodiscard]] bool next_is_there() const;
    void judge_room() noexcept;
    void call_driver() const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const StoreOptions options_;
    const std::size_t usual_group_bytes_max_;  // a larger group needs a larger segment
    const Zeros zeros_;
    const std::uint64_t store_id_;
    std::function<void()> called_;
    Histories histories_;

    DiskWatch disk_;
    GroupBuffer staged_;  // appended since the last flush(); of the caller that holds the mutex
    UnixMicros staged_time_ = 0;  // of the last unit appended; likewise

    // Of step() alone:
    JournalWriter writer_;
    GroupBuffer writing_;
    Stage stage_ = Stage::collecting;
    Time resume_{};          // what step() returns
    Time idle_since_{};      // when the journal became idle; Time{}: it is not
    Time batch_deadline_{};  // of the group that is filling; Time{}: it has none
    Time unsynced_since_{};
    Time opened_{};          // the first step; Time{}: there was none yet
    Time retry_at_{};        // when the next segment is tried again; Time{}: not known, or never
    Lsn noted_ = 0;          // the last LSN whose writing segments_ has noted
    Lsn wanted_ = 0;         // to be synced in this batch
    bool is_history_begun_;  // in mode os false until the frame of the history is synced
    bool marked_ = false;    // the last frame says that all before it is durable

    std::error_code failure_;  // written before failed_ is

    std::atomic<Lsn> last_;
    std::atomic<Lsn> acknowledged_;
    std::atomic<Lsn> synced_;
    std::atomic<Lsn> readable_;
    std::atomic<bool> failed_ = false;
    std::atomic<bool> ended_ = false;
    std::atomic<bool> congested_ = false;  // the group that is filling is too large
    std::atomic<bool> preparing_ = false;  // a segment is asked for, and not made yet
    std::atomic<bool> waits_for_room_ = false;
    std::atomic<bool> disk_full_ = false;      // the last try to make one failed
    std::atomic<bool> room_is_short_ = false;  // append() has to look for room_
    std::atomic<std::size_t> filling_bytes_ = 0;
    std::atomic<std::uint64_t> bytes_appended_ = 0;
    GroupSizes group_sizes_;
    SegmentList segments_;

    mutable std::mutex mutex_;  // of all that follows
    GroupBuffer filling_;
    bool idle_ = false;  // step() waits for a first unit
    bool stop_ = false;
    Lsn sync_wanted_ = 0;
    UnixMicros newest_ = 0;                   // the time of the last unit flushed
    PreparedSegment to_prepare_;              // the last segment asked for
    PreparedSegment prepared_;                // and the last one made
    std::uint64_t preparations_failed_ = 0;   // in a row
    std::exception_ptr preparation_failure_;  // of the last of them
    std::exception_ptr naming_failure_;       // of a directory's sync: none may follow
    std::uint64_t room_ = 0;  // in the present segment, after the group that is being written

    std::mutex listeners_mutex_;
    std::vector<std::function<void(Lsn)>> listeners_;
};

}  // namespace allot

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "engine/ports.hpp"
#include "storage/journal/group_commit.hpp"
#include "storage/journal/group_staging.hpp"
#include "storage/journal/next_segment.hpp"
#include "storage/journal/segment_list.hpp"
#include "storage/options.hpp"

namespace allot {

/// The journal on disk, with group commit: while one group of units is written and synced, the next
/// group fills. No unit waits for a timer.
///
/// A state machine: it has no thread, reads no clock and never waits. A driver calls step()
/// repeatedly, and prepare_segment() when wants_segment() is true: in a store two threads (see
/// JournalThreads), in a simulation a seed.
///
/// One caller at a time calls append() and flush() (see StoreMutex), one step(), and one
/// prepare_segment(); the three may run at the same time. Any thread may call everything else.
/// GroupStaging, GroupCommit and NextSegment implement the three.
class GroupJournal final : public Journal {
public:
    using Time = GroupCommit::Time;

    /// \param histories the histories of the recovered facts; the journal adds that of this opening
    /// (tail.history). options.warning receives the reason when the storage fails.
    GroupJournal(FileSystem& files, const std::filesystem::path& directory, const JournalTail& tail,
                 std::vector<SegmentInfo> segments, StoreOptions options, Histories histories = {});
    GroupJournal(const GroupJournal&) = delete;
    GroupJournal& operator=(const GroupJournal&) = delete;

    /// Records this opening's history, and lost histories, durably before the first fact. The
    /// opening thread calls it, if at all, before everything else.
    void begin_history(std::span<const Histories::LostHistory> lost) {
        commit_.begin_history(lost);
    }

    Lsn append(std::span<const Fact> unit, UnixMicros now) override;
    Lsn append(const LineView& line, BatchRefView batch, UnixMicros now) override;
    void flush() noexcept override;
    [[nodiscard]] Lsn last() const noexcept override { return staging_.last(); }
    [[nodiscard]] Lsn durable() const noexcept override { return staging_.acknowledged(); }
    void on_durable(std::function<void(Lsn)> call) override { commit_.on_durable(std::move(call)); }

    /// True while the backlog is too large. A caller that does not wait until its units are durable
    /// should append none until this is false.
    [[nodiscard]] bool congested() const noexcept { return staging_.congested(); }
    /// The last LSN that would survive a power cut, in every mode.
    [[nodiscard]] Lsn synced() const noexcept { return commit_.synced(); }
    /// Requests that everything up to the LSN be synced soon, in every mode.
    void request_sync(Lsn lsn);
    /// Requests that the remaining units be written and synced, and the journal be marked as closed
    /// cleanly.
    void request_close();
    /// True when no further step() will do anything: the journal is closed, or the storage failed.
    [[nodiscard]] bool ended() const noexcept { return commit_.ended(); }

    /// The segments in use, from which prune() removes those that are not needed any more.
    [[nodiscard]] SegmentList& segments() noexcept { return segments_; }

    // Functions for readers of the files
    /// The last visible LSN: in mode `os` the last one written, in other modes the last one synced.
    /// The files hold everything up to it. Never goes back.
    [[nodiscard]] Lsn readable() const noexcept { return commit_.readable(); }
    /// The first LSN that is kept. All facts of removed files are before it.
    [[nodiscard]] Lsn oldest() const noexcept { return segments_.oldest(); }
    [[nodiscard]] JournalIndex& index() noexcept { return segments_.index(); }
    [[nodiscard]] std::uint64_t store_id() const noexcept { return store_id_; }
    /// The reference stays valid.
    [[nodiscard]] const Histories& histories() const noexcept { return commit_.histories(); }

    // Functions for the driver
    /// Registers `call`, which any thread may call when step() or prepare_segment() has work. The
    /// driver calls it once, before the first step.
    void on_work(std::function<void()> call) { called_ = std::move(call); }
    /// Does the next piece of work: at most one write, or one sync.
    /// \return when to call it again, unless the callback of on_work() comes first; a time not
    /// after `now` means at once.
    Time step(Time now) noexcept { return commit_.step(now); }
    [[nodiscard]] bool wants_segment() const noexcept { return next_segment_.is_wanted(); }
    /// Creates the next segment file. A failure changes nothing, and is retried: see disk_full().
    /// \pre wants_segment()
    void prepare_segment() noexcept { next_segment_.prepare(); }

    // Space on the disk
    /// True while the next segment cannot be created, for lack of space or another reason. Units
    /// that fit into the current segment are accepted and written; for others append() throws
    /// StorageFull.
    [[nodiscard]] bool disk_full() const noexcept { return next_segment_.disk_full(); }
    /// True while even accepted units do not fit, because the next segment could not be created.
    /// They are written once it is. After some 5 s, or when a close comes first, the journal has
    /// failed.
    [[nodiscard]] bool waits_for_space() const noexcept { return next_segment_.waits_for_space(); }
    /// Sets the bytes that a snapshot may take, so that DiskWatch warns in time.
    void expect_snapshot(std::uint64_t bytes) noexcept {
        next_segment_.disk().expect_snapshot(bytes);
    }
    [[nodiscard]] const DiskWatch& disk() const noexcept { return next_segment_.disk(); }

    [[nodiscard]] bool failed() const noexcept { return commit_.failed(); }
    /// \pre failed() \throws std::system_error
    [[noreturn]] void throw_failed() const { commit_.throw_failed(); }
    [[nodiscard]] std::uint64_t bytes_appended() const noexcept {
        return staging_.bytes_appended();
    }
    [[nodiscard]] const GroupSizes& group_sizes() const noexcept { return commit_.group_sizes(); }
    /// The size of the filling group.
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return staging_.waiting_bytes(); }

private:
    void call_driver() const {
        if (called_) called_();
    }

    const std::filesystem::path directory_;
    const StoreOptions options_;
    const std::uint64_t store_id_;
    std::function<void()> called_;
    SegmentList segments_;
    NextSegment next_segment_;
    GroupStaging staging_;
    GroupCommit commit_;
};

}  // namespace allot

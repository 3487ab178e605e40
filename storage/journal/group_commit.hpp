#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "storage/journal/group_sizes.hpp"
#include "storage/journal/group_staging.hpp"
#include "storage/journal/journal_writer.hpp"
#include "storage/journal/next_segment.hpp"
#include "storage/journal/segment_list.hpp"
#include "storage/options.hpp"

namespace allot {

/// Decides what is written to the disk, and when: it takes the filled group, writes it, syncs it if
/// the mode requires that, and publishes it.
///
/// The journal's thread calls step(); the thread that opens the store calls begin_history() before
/// the first step; any thread calls everything else.
class GroupCommit {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// All references outlive this. \param histories see GroupJournal
    GroupCommit(FileSystem& files, const std::filesystem::path& directory, const JournalTail& tail,
                SegmentList& segments, GroupStaging& staging, NextSegment& next,
                const StoreOptions& options, Histories histories);

    /// GroupJournal describes the following functions.
    void begin_history(std::span<const Histories::LostHistory> lost);
    void on_durable(std::function<void(Lsn)> call);
    Time step(Time now) noexcept;

    [[nodiscard]] Lsn synced() const noexcept { return synced_; }
    [[nodiscard]] Lsn readable() const noexcept { return readable_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[noreturn]] void throw_failed() const;
    [[nodiscard]] const Histories& histories() const noexcept { return histories_; }
    [[nodiscard]] const GroupSizes& group_sizes() const noexcept { return group_sizes_; }

private:
    enum class Stage : std::uint8_t { collecting, writing, recording, syncing, closing };

    void next_step(Time now);
    bool collect(Time now);
    [[nodiscard]] Time idle_deadline(Time now);
    [[nodiscard]] Time batch_deadline(Time now, std::size_t bytes);
    void write_group(Time now);
    void sync_history();
    [[nodiscard]] bool has_space();
    void sync_or_mark(Time now);
    void close();
    void publish(Time now);
    void note_begun_segments();
    void note_writing(Time now);
    void set_failed(std::error_code code, std::string_view what);
    void notify(Lsn lsn);

    const StoreOptions& options_;
    SegmentList& segments_;
    GroupStaging& staging_;
    NextSegment& next_;
    Histories histories_;

    JournalWriter writer_;
    GroupBuffer writing_;
    Stage stage_ = Stage::collecting;
    Time resume_{};          // the result of step()
    Time idle_since_{};      // when the journal became idle; Time{}: it is not idle
    Time batch_deadline_{};  // the deadline of the filling group; Time{}: it has none
    Time unsynced_since_{};
    Time opened_{};           // the time of the first step; Time{}: there was none yet
    Lsn noted_;               // the last LSN whose write segments_ has noted
    Lsn wanted_ = 0;          // the LSN to be synced in this batch
    UnixMicros newest_ = 0;   // the time of the last unit written
    bool is_history_begun_;   // false in mode os until the frame of the history is synced
    bool is_marked_ = false;  // the last frame is a mark

    std::error_code failure_;  // written before failed_ is set
    std::atomic<Lsn> synced_;
    std::atomic<Lsn> readable_;
    std::atomic<bool> failed_ = false;
    std::atomic<bool> ended_ = false;
    GroupSizes group_sizes_;

    std::mutex listeners_mutex_;
    std::vector<std::function<void(Lsn)>> listeners_;
};

}  // namespace allot

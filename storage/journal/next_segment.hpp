#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "storage/io/file_system.hpp"
#include "storage/journal/disk_watch.hpp"
#include "storage/journal/journal_writer.hpp"
#include "storage/journal/segment_list.hpp"
#include "storage/options.hpp"

namespace allot {

/// The segment after the one that is being written. The journal's thread requests it, another makes
/// it, and it is tried again where there is no room for it on the disk.
///
/// request(), ready() and retry() are for the journal's thread, prepare() for the one that makes
/// segments, everything else for any thread.
class NextSegment {
public:
    using Time = DiskWatch::Time;

    /// \param call_driver any thread may make this call, when one of the two threads has work.
    /// The others outlive this.
    NextSegment(FileSystem& files, const std::filesystem::path& directory,
                const SegmentList& segments, const StoreOptions& options,
                std::function<void()> call_driver);

    /// Requests a segment of the usual size, unless this one was requested before.
    void request(std::uint64_t number);
    /// \return the segment, if one of this number is there that is large enough. Otherwise requests
    /// it, or waits for the disk to have room; several tries may fail, unless the journal is to be
    /// closed. \throws what the last try threw.
    [[nodiscard]] std::optional<PreparedSegment> ready(const PreparedSegment& wanted,
                                                       bool is_closing);
    /// Tries a segment again that could not be made. \return when to call it again; Time::max():
    /// not before something else has happened.
    /// \throws what a sync of the directory threw, after which nothing may be relied upon.
    Time retry(Time now);

    /// True while a segment is requested that prepare() has not made.
    [[nodiscard]] bool is_wanted() const noexcept { return wanted_; }
    /// Makes the segment. A failure leaves what is there as it was, and is followed by further
    /// tries. \pre is_wanted()
    void prepare() noexcept;

    /// To be called when a segment was begun, or the disk sampled.
    void update_short() noexcept;
    /// True while a unit is accepted only if it fits the present segment, because there may be no
    /// room for the next one.
    [[nodiscard]] bool is_short() const noexcept { return short_; }
    /// \throws StorageFull when a group of so many bytes, which the present segment cannot take,
    /// may have no room in the next one. One that needs a segment of its own replaces the prepared
    /// one.
    void require(std::uint64_t group_bytes) const;
    /// True while the last try to make the segment failed.
    [[nodiscard]] bool disk_full() const noexcept { return disk_full_; }
    /// True while ready() waits for the disk to have room.
    [[nodiscard]] bool waits_for_room() const noexcept { return waits_for_room_; }
    [[nodiscard]] DiskWatch& disk() noexcept { return disk_; }
    [[nodiscard]] const DiskWatch& disk() const noexcept { return disk_; }

private:
    void want();
    void remove_unused(const PreparedSegment& segment);
    [[nodiscard]] bool is_there() const;

    FileSystem& files_;
    const std::filesystem::path& directory_;
    const SegmentList& segments_;
    const StoreOptions& options_;
    const std::function<void()> call_driver_;
    DiskWatch disk_;
    Time retry_at_{};  // of retry(); Time{}: not known, or never

    std::atomic<bool> wanted_ = false;
    std::atomic<bool> short_ = false;
    std::atomic<bool> disk_full_ = false;
    std::atomic<bool> waits_for_room_ = false;

    mutable std::mutex mutex_;         // of all that follows
    PreparedSegment requested_;        // the last one
    PreparedSegment prepared_;         // the last one
    std::uint64_t failed_ = 0;         // tries in a row
    std::exception_ptr failure_;       // of the last of them
    std::exception_ptr sync_failure_;  // of the directory's sync: none may follow
};

}  // namespace allot

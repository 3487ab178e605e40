#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "storage/io/back_off.hpp"
#include "storage/io/file_system.hpp"
#include "storage/journal/disk_watch.hpp"
#include "storage/journal/journal_writer.hpp"
#include "storage/journal/segment_list.hpp"
#include "storage/options.hpp"

namespace allot {

/// The segment after the current one. The journal's thread requests it, and another thread creates
/// it, and retries when the disk has no space for it.
///
/// The journal's thread calls request(), ready() and retry(), the thread that creates segments
/// prepare(), any thread everything else.
class NextSegment {
public:
    using Time = DiskWatch::Time;
    /// The delay between attempts to create a segment.
    static constexpr BackOff back_off{.first = std::chrono::milliseconds{100},
                                      .most = std::chrono::milliseconds{2000}};
    /// The number of attempts that may fail in a row while an accepted unit waits for the segment:
    /// some 5 s.
    static constexpr std::uint64_t attempts_max = 6;

    /// \param call_driver any thread may call it, when one of the two threads has work. The other
    /// parameters outlive this.
    NextSegment(FileSystem& files, const std::filesystem::path& directory,
                const SegmentList& segments, const StoreOptions& options,
                std::function<void()> call_driver);

    /// Requests a segment of the usual size, unless this one was requested before.
    void request(std::uint64_t number);
    /// \return the segment, if it exists with this number and is large enough. Otherwise requests
    /// it, or waits until the disk has space; several attempts may fail, unless the journal is
    /// being closed. \throws the exception of the last attempt.
    [[nodiscard]] std::optional<PreparedSegment> ready(const PreparedSegment& wanted,
                                                       bool is_closing);
    /// Retries a segment that could not be created. \return when to call it again; Time::max(): not
    /// until something else has happened.
    /// \throws the exception of a sync of the directory, after which the storage has failed.
    Time retry(Time now);

    /// True while a segment is requested that prepare() has not created.
    [[nodiscard]] bool is_wanted() const noexcept { return wanted_; }
    /// Creates the segment. A failure changes nothing, and is retried. \pre is_wanted()
    void prepare() noexcept;

    /// Updates is_short() after a segment was begun, or the disk sampled.
    void update_short() noexcept;
    /// True while a unit is accepted only if it fits into the current segment, because the disk may
    /// have no space for the next one.
    [[nodiscard]] bool is_short() const noexcept { return short_; }
    /// \throws StorageFull when a group of so many bytes, which does not fit into the current
    /// segment, may not fit into the next one either. A group that needs a segment of its own
    /// replaces the prepared segment.
    void require(std::uint64_t group_bytes) const;
    /// True while the last attempt to create the segment failed.
    [[nodiscard]] bool disk_full() const noexcept { return disk_full_; }
    /// True while ready() waits until the disk has space.
    [[nodiscard]] bool waits_for_space() const noexcept { return waits_for_space_; }
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
    Time retry_at_{};  // the result of retry(); Time{}: unknown, or never

    std::atomic<bool> wanted_ = false;
    std::atomic<bool> short_ = false;
    std::atomic<bool> disk_full_ = false;
    std::atomic<bool> waits_for_space_ = false;

    mutable std::mutex mutex_;         // protects the members below
    PreparedSegment requested_;        // the last one
    PreparedSegment prepared_;         // the last one
    std::uint64_t failed_ = 0;         // failed attempts in a row
    std::exception_ptr failure_;       // the failure of the last attempt
    std::exception_ptr sync_failure_;  // the failed sync of the directory; never repeated
};

}  // namespace allot

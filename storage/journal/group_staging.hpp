#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "storage/journal/group_buffer.hpp"
#include "storage/journal/next_segment.hpp"
#include "storage/options.hpp"

namespace allot {

/// Passes units of work to the journal's thread: append() stages each unit; flush() adds the staged
/// units, all at once, to the group that fills while another is written.
///
/// The caller that holds the store's mutex calls append() and flush(), the journal's thread take()
/// and written(), any thread everything else.
class GroupStaging {
public:
    /// The size from which a group is written at once in modes in which replies do not wait for the
    /// disk.
    static constexpr std::size_t relaxed_group_bytes = 1U << 20U;
    /// The size of a backlog from which replies and further units wait for the disk in every mode.
    static constexpr std::size_t backlog_bytes_max = 8U << 20U;
    /// The capacity of each buffer, so that it does not move when the backlog grows; unused
    /// capacity takes no memory. Smaller segments, with smaller groups, need less.
    static std::size_t buffer_bytes(const StoreOptions& options) noexcept {
        return std::min<std::size_t>(backlog_bytes_max + (1U << 20U), options.segment_bytes);
    }

    /// The filling group, as the journal's thread finds it.
    struct Filled {
        std::size_t bytes;     ///< the size of the group; 0: it has no unit
        UnixMicros newest;     ///< the time of its last unit
        Lsn sync_wanted;       ///< see request_sync()
        bool close_requested;  ///< nothing comes after this group
    };

    /// \param last the last LSN in the journal. `next` and `options` outlive this.
    GroupStaging(Lsn last, const NextSegment& next, const StoreOptions& options);

    /// \throws StorageFull, std::length_error: see Journal::append()
    Lsn append(std::span<const Fact> unit, UnixMicros now);
    Lsn append(const LineView& line, BatchRefView batch, UnixMicros now);
    /// \param failed the storage has failed: nothing more is acknowledged. \return whether the
    /// journal's thread has to be woken.
    bool flush(bool failed) noexcept;

    /// Gives the group to the journal's thread, in exchange for an empty one, if `is_due(Filled)`.
    /// Otherwise the next flush() that adds a unit returns true.
    template <class IsDue>
    std::optional<Filled> take(GroupBuffer& empty, IsDue&& is_due) {
        const std::scoped_lock lock{mutex_};
        const Filled filled{filling_.empty() ? 0 : filling_.bytes(), newest_, sync_wanted_,
                            close_requested_};
        const bool due = is_due(filled);
        is_idle_ = !due && filling_.empty();
        if (!due) return std::nullopt;
        std::swap(filling_, empty);
        free_bytes_ -= std::min<std::uint64_t>(free_bytes_, empty.bytes() + journal::alignment);
        filling_bytes_ = filling_.bytes();
        congested_ = false;  // waiting callers learn it once the group is published
        return filled;
    }
    /// \param free_bytes the free bytes of the segment after the groups that were taken.
    /// \return the last LSN that may be acknowledged: `reached`, or a higher one that flush() has
    /// acknowledged already.
    Lsn written(Lsn reached, std::uint64_t free_bytes) noexcept;

    /// Requests that everything up to the LSN be synced soon.
    void request_sync(Lsn lsn);
    void request_close();
    [[nodiscard]] bool close_requested() const;

    [[nodiscard]] Lsn last() const noexcept { return last_; }
    [[nodiscard]] Lsn acknowledged() const noexcept { return acknowledged_; }
    [[nodiscard]] bool congested() const noexcept { return congested_; }
    [[nodiscard]] std::uint64_t bytes_appended() const noexcept { return bytes_appended_; }
    /// The size of the filling group.
    [[nodiscard]] std::size_t waiting_bytes() const noexcept {
        const std::size_t framed = filling_bytes_;
        return framed - std::min(framed, sizeof(journal::FrameHeader));
    }

private:
    void require_space_for(std::size_t facts) const;
    void require_space(std::size_t facts, std::size_t group_bytes) const;
    Lsn note_staged(std::size_t facts, UnixMicros now) noexcept;

    const NextSegment& next_;
    const StoreOptions& options_;
    const std::size_t usual_group_bytes_max_;  // a larger group needs a larger segment

    GroupBuffer staged_;          // since the last flush(); of the caller
    UnixMicros staged_time_ = 0;  // the time of the last staged unit

    std::atomic<Lsn> last_;
    std::atomic<Lsn> acknowledged_;
    std::atomic<bool> congested_ = false;  // the group is too large
    std::atomic<std::size_t> filling_bytes_ = 0;
    std::atomic<std::uint64_t> bytes_appended_ = 0;

    mutable std::mutex mutex_;  // protects the members below
    GroupBuffer filling_;
    UnixMicros newest_ = 0;  // the time of the last unit flushed
    std::uint64_t free_bytes_ = 0;
    Lsn sync_wanted_ = 0;
    bool is_idle_ = false;  // the journal's thread waits for a first unit
    bool close_requested_ = false;
};

}  // namespace allot

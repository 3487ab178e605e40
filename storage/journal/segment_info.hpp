#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// The time when a segment was last written, by two clocks: a wall clock may be set ahead or back,
/// and a steady clock stands still while no process has the store open.
struct WriteTime {
    UnixMicros wall = 0;  ///< the time of the last unit
    /// The time by the steady clock since this process opened the store; 0: an earlier one wrote.
    std::chrono::microseconds seen{0};
    /// The lead of the wall clock over the steady clock by then, from an arbitrary zero. A step
    /// ahead counts with at most wall_step_max. It is the least value read since: when a clock is
    /// set back, its earlier gain is withdrawn.
    std::chrono::microseconds unseen{0};
};

/// A segment of a journal that is in use.
struct SegmentInfo {
    std::uint64_t number;
    Lsn first;  ///< the LSN of the first fact in it
    WriteTime written = {};
};

/// The most time that counts as passed when the wall clock steps ahead from one unit to the next:
/// the clock may have been set, or the store may have been closed.
inline constexpr std::chrono::microseconds wall_step_max = std::chrono::days{1};

/// Adds a segment after the others.
void begin_segment(std::vector<SegmentInfo>& segments, std::uint64_t number, Lsn first);

/// Notes that a unit of this wall time was written to the last of the segments.
/// \param seen the steady clock's time, see WriteTime; never less than before. \pre there is one.
void note_write(std::vector<SegmentInfo>& segments, UnixMicros wall,
                std::chrono::microseconds seen) noexcept;

/// The time between the last writes to a segment and to the newest one. It is never too long, even
/// if the wall clock once stepped ahead wrongly, or was set back any number of times, and never
/// shorter than the time that this process measured. It lacks about a day of other time, and the
/// part of each step ahead beyond a day.
[[nodiscard]] std::chrono::microseconds age_of(const SegmentInfo& segment,
                                               const SegmentInfo& newest) noexcept;

}  // namespace allot

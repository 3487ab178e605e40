#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// When a segment was last written, by two clocks: a wall clock may be set ahead or back, and a
/// steady clock stands still while no process has the store open.
struct WriteTime {
    UnixMicros wall = 0;  ///< of the last unit
    /// By the steady clock, since this process opened the store; 0 when an earlier one wrote.
    std::chrono::microseconds seen{0};
    /// By how much the wall clock had gained on the steady clock by then, from an arbitrary zero.
    /// Of each step ahead at most wall_step_max counts. It is the least value read since: when a
    /// clock is set back, its earlier gain is withdrawn.
    std::chrono::microseconds unseen{0};
};

/// A segment of a journal that is in use.
struct SegmentInfo {
    std::uint64_t number;
    Lsn first;  ///< of the first fact in it
    WriteTime written = {};
};

/// When the wall clock steps ahead from one unit to the next, at most so much time counts as
/// passed: the clock may have been set, or the store may have been closed.
inline constexpr std::chrono::microseconds wall_step_max = std::chrono::days{1};

/// Adds a segment after the others.
void begin_segment(std::vector<SegmentInfo>& segments, std::uint64_t number, Lsn first);

/// Notes that a unit of this wall time was written to the last of the segments.
/// \param seen when, by the steady clock, see WriteTime; never less than before. \pre there is one.
void note_write(std::vector<SegmentInfo>& segments, UnixMicros wall,
                std::chrono::microseconds seen) noexcept;

/// The time between the last writes to a segment and to the newest one. Never too long, even if the
/// wall clock once stepped ahead wrongly, or was set back any number of times; never shorter than
/// the time that this process measured. Of other time about a day is missing, and the part of each
/// step ahead beyond a day.
[[nodiscard]] std::chrono::microseconds age_of(const SegmentInfo& segment,
                                               const SegmentInfo& newest) noexcept;

}  // namespace allot

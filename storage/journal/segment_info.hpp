#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// When a segment was last written. A wall clock may be set ahead or back, and a steady clock
/// stands still while no process has the store open: so there are two scales, and neither decides
/// alone.
struct WriteTime {
    UnixMicros wall = 0;  ///< of the last unit
    /// By the steady clock, since this process opened the store; 0 when an earlier one wrote.
    std::chrono::microseconds seen{0};
    /// What the wall clock went ahead of the steady one until then, from an arbitrary beginning;
    /// of all steps ahead no more than wall_step_max is counted. The least that was ever read
    /// since: a clock that was set back takes back what it had pretended.
    std::chrono::microseconds unseen{0};
};

/// A segment of a journal that is in use.
struct SegmentInfo {
    std::uint64_t number;
    Lsn first;  ///< of the first fact in it
    WriteTime written = {};
};

/// A wall clock that goes ahead at once, from one unit to the next, shows that so much time went by
/// at the most: it may have been set, or the store may have been closed.
inline constexpr std::chrono::microseconds wall_step_max = std::chrono::days{1};

/// Adds a segment after the others.
void begin_segment(std::vector<SegmentInfo>& segments, std::uint64_t number, Lsn first);

/// Notes that a unit of this wall time was written to the last of the segments.
/// \param seen when, by the steady clock, see WriteTime; never less than before. \pre there is one.
void note_write(std::vector<SegmentInfo>& segments, UnixMicros wall,
                std::chrono::microseconds seen) noexcept;

/// For how long a segment had not been written when the newest one was. Never more than is true,
/// whatever one false step ahead the wall clock made since, or how often it was set back; never
/// less than the time that this process saw. Of the time that it did not see, a day or so is
/// missing, and of each step ahead beyond a day the rest.
[[nodiscard]] std::chrono::microseconds age_of(const SegmentInfo& segment,
                                               const SegmentInfo& newest) noexcept;

}  // namespace allot

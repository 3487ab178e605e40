#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// The beginning of a frame of a journal.
struct JournalPosition {
    Lsn next;               ///< the first fact at or after this position
    std::uint64_t segment;  ///< the number of the segment
    std::uint64_t offset;   ///< the bytes before it in the segment; 0: at its header
    std::uint64_t chain;    ///< the checksum that the frame there continues; unused at a header
};

/// An approximate index from facts to positions in a journal's files, so that a reader need not
/// begin at a segment's header each time. Holds the beginning of every segment, a position for each
/// mebibyte, and the positions at which the last readers stopped. Thread-safe.
class JournalIndex {
public:
    JournalIndex() {
        positions_.reserve(positions_at_first);
        stops_.reserve(stops_max);
    }

    /// \pre the position is the beginning of a segment, or after all positions of its segment.
    void add(const JournalPosition& position);
    /// Adds the position at which a reader stopped, and may continue.
    void add_stop(const JournalPosition& position) noexcept;
    /// \return the last known position at or before the fact, or none.
    [[nodiscard]] std::optional<JournalPosition> before(Lsn fact) const;
    /// Removes the positions in segments up to this one.
    void drop(std::uint64_t segment);

private:
    static constexpr std::uint64_t spacing_bytes = 1U << 20U;
    static constexpr std::size_t stops_max = 64;
    static constexpr std::size_t positions_at_first = 1024;  // a gibibyte of journal

    mutable std::mutex mutex_;                // protects the members below
    std::vector<JournalPosition> positions_;  // sorted by `next`
    std::vector<JournalPosition> stops_;      // a ring
    std::size_t next_stop_ = 0;
};

}  // namespace allot

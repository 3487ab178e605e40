#include "storage/journal/segment_info.hpp"

#include <algorithm>
#include <ranges>

namespace allot {

namespace {
using std::chrono::microseconds;

/// The longest time, 36,000 years: the sum of two does not overflow, whatever a file contains.
constexpr microseconds farthest{std::int64_t{1} << 60U};

microseconds ahead(const WriteTime& at) noexcept {
    return std::clamp(microseconds{at.wall}, -farthest, farthest) - at.seen;
}
}  // namespace

void begin_segment(std::vector<SegmentInfo>& segments, std::uint64_t number, Lsn first) {
    segments.push_back({number, first, segments.empty() ? WriteTime{} : segments.back().written});
}

void note_write(std::vector<SegmentInfo>& segments, UnixMicros wall, microseconds seen) noexcept {
    WriteTime& last = segments.back().written;
    WriteTime now{wall, seen, last.unseen};
    const microseconds step = std::min(ahead(now) - ahead(last), wall_step_max);
    now.unseen = std::max(now.unseen + step, -farthest);
    last = now;
    // The values ascend, so the latest are the ones to be lowered.
    for (SegmentInfo& segment : std::views::reverse(segments)) {
        if (segment.written.unseen < now.unseen) break;
        segment.written.unseen = now.unseen;
    }
}

microseconds age_of(const SegmentInfo& segment, const SegmentInfo& newest) noexcept {
    const microseconds seen = newest.written.seen - segment.written.seen;
    const microseconds unseen = newest.written.unseen - segment.written.unseen - wall_step_max;
    return seen + std::max(unseen, microseconds{0});
}

}  // namespace allot

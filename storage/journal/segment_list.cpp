#include "storage/journal/segment_list.hpp"

#include <algorithm>

#include "storage/format/journal_format.hpp"

namespace allot {

SegmentList::SegmentList(FileSystem& files, std::filesystem::path directory,
                         std::vector<SegmentInfo> segments, const StoreOptions& options)
    : files_{files},
      directory_{std::move(directory)},
      segment_bytes_{options.segment_bytes},
      keep_bytes_{options.keep_journal_bytes},
      keep_age_{options.keep_journal_age},
      segments_{std::move(segments)} {
    if (!segments_.empty()) oldest_ = segments_.front().first;
    for (const SegmentInfo& segment : segments_) {
        index_.add({segment.first, segment.number, 0, 0});
    }
}

void SegmentList::begin(std::uint64_t number, Lsn first) {
    const std::scoped_lock lock{mutex_};
    begin_segment(segments_, number, first);
    if (segments_.size() == 1) oldest_ = first;
    index_.add({first, number, 0, 0});
}

void SegmentList::note_write(UnixMicros wall, std::chrono::microseconds seen) noexcept {
    const std::scoped_lock lock{mutex_};
    allot::note_write(segments_, wall, seen);
}

void SegmentList::prune(Lsn first) {
    remove_before(readers_.min_required ? std::min(first, readers_.min_required()) : first);
    update_retained(first);
}

void SegmentList::update_retained(Lsn first) {
    if (!readers_.min_required) return;
    const Lsn min_required = std::min(first, readers_.min_required());
    {
        const std::scoped_lock lock{mutex_};
        std::uint64_t held_back = 0;
        for (std::size_t index = 0; is_removable(index, first); ++index) {
            if (!is_removable(index, min_required)) ++held_back;
        }
        retained_bytes_ = held_back * segment_bytes_;
    }
    if (retained_bytes_ > 0) readers_.held_back(first, retained_bytes_);
}

void SegmentList::remove_before(Lsn first) {
    for (;;) {
        std::uint64_t number = 0;
        {
            const std::scoped_lock lock{mutex_};
            if (!is_removable(0, first)) return;
            number = segments_.front().number;
            oldest_ = segments_[1].first;
        }
        index_.drop(number);
        files_.remove(directory_ / journal::segment_name(number));
        {
            // The list changes after the removal: a file that could not be removed stays the first,
            // so that the next prune() removes it before those after it, and the journal gets no
            // gap.
            const std::scoped_lock lock{mutex_};
            segments_.erase(segments_.begin());
        }
        // The sync precedes the next removal: a power cut must not bring this file back without the
        // next one.
        files_.sync_directory(directory_);
    }
}

/// True when the segment holds only facts before `first`, and the options do not require it. \pre
/// the segments before it may be removed, too; mutex_ is held
bool SegmentList::is_removable(std::size_t index, Lsn first) const {
    if (segments_.size() < index + 2 || segments_[index + 1].first > first) return false;
    // The size of the full segments that would remain; a longer one counts with the usual size.
    const std::uint64_t left = (segments_.size() - index - 2) * segment_bytes_;
    if (left < keep_bytes_) return false;
    return keep_age_.count() == 0 || age_of(segments_[index], segments_.back()) >= keep_age_;
}

std::uint64_t SegmentList::last_number() const {
    const std::scoped_lock lock{mutex_};
    return segments_.back().number;
}

std::uint64_t SegmentList::bytes() const {
    const std::scoped_lock lock{mutex_};
    return segments_.size() * segment_bytes_;
}

}  // namespace allot

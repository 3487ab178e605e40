#include "storage/journal/journal_index.hpp"

#include <algorithm>
#include <iterator>

namespace allot {

void JournalIndex::add(const JournalPlace& place) {
    const std::scoped_lock lock{mutex_};
    const auto after = std::ranges::upper_bound(places_, place.next, {}, &JournalPlace::next);
    if (after == places_.begin()) {
        places_.insert(after, place);
        return;
    }
    JournalPlace& before = *std::prev(after);
    if (place.offset != 0 &&
        (before.segment > place.segment ||
         (before.segment == place.segment && place.offset < before.offset + spacing_bytes))) {
        return;
    }
    if (before.next == place.next) {
        before = place;
    } else {
        places_.insert(after, place);
    }
}

void JournalIndex::add_stop(const JournalPlace& place) {
    const std::scoped_lock lock{mutex_};
    if (stops_.size() < stops_max) {
        stops_.push_back(place);
    } else {
        stops_[next_stop_] = place;
        next_stop_ = (next_stop_ + 1) % stops_max;
    }
}

std::optional<JournalPlace> JournalIndex::before(Lsn fact) const {
    const std::scoped_lock lock{mutex_};
    const auto after = std::ranges::upper_bound(places_, fact, {}, &JournalPlace::next);
    if (after == places_.begin()) return std::nullopt;
    JournalPlace found = *std::prev(after);
    for (const JournalPlace& stop : stops_) {
        if (stop.next <= fact && stop.next > found.next) found = stop;
    }
    return found;
}

void JournalIndex::drop(std::uint64_t segment) {
    const std::scoped_lock lock{mutex_};
    const auto is_gone = [&](const JournalPlace& place) { return place.segment <= segment; };
    std::erase_if(places_, is_gone);
    std::erase_if(stops_, is_gone);
    next_stop_ = 0;
}

}  // namespace allot

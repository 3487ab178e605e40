#include "storage/journal_index.hpp"

#include <iterator>

namespace allot {

void JournalIndex::add(const JournalPlace& place) {
    const std::scoped_lock lock{mutex_};
    const auto after = places_.upper_bound(place.next);
    if (place.offset != 0 && after != places_.begin()) {
        const JournalPlace& before = std::prev(after)->second;
        if (before.segment > place.segment ||
            (before.segment == place.segment && place.offset < before.offset + spacing_bytes)) {
            return;
        }
    }
    places_.insert_or_assign(after, place.next, place);
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
    const auto after = places_.upper_bound(fact);
    if (after == places_.begin()) return std::nullopt;
    JournalPlace found = std::prev(after)->second;
    for (const JournalPlace& stop : stops_) {
        if (stop.next <= fact && stop.next > found.next) found = stop;
    }
    return found;
}

void JournalIndex::drop(std::uint64_t segment) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(places_, [&](const auto& place) { return place.second.segment <= segment; });
    std::erase_if(stops_, [&](const JournalPlace& stop) { return stop.segment <= segment; });
    next_stop_ = 0;
}

}  // namespace allot

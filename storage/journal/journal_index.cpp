#include "storage/journal/journal_index.hpp"

#include <algorithm>
#include <iterator>

namespace allot {

void JournalIndex::add(const JournalPosition& position) {
    const std::scoped_lock lock{mutex_};
    const auto after =
        std::ranges::upper_bound(positions_, position.next, {}, &JournalPosition::next);
    if (after == positions_.begin()) {
        positions_.insert(after, position);
        return;
    }
    JournalPosition& before = *std::prev(after);
    if (position.offset != 0 &&
        (before.segment > position.segment ||
         (before.segment == position.segment && position.offset < before.offset + spacing_bytes))) {
        return;
    }
    if (before.next == position.next) {
        before = position;
    } else {
        positions_.insert(after, position);
    }
}

void JournalIndex::add_stop(const JournalPosition& position) noexcept {
    const std::scoped_lock lock{mutex_};
    if (stops_.size() < stops_max) {
        stops_.push_back(position);
    } else {
        stops_[next_stop_] = position;
        next_stop_ = (next_stop_ + 1) % stops_max;
    }
}

std::optional<JournalPosition> JournalIndex::before(Lsn fact) const {
    const std::scoped_lock lock{mutex_};
    const auto after = std::ranges::upper_bound(positions_, fact, {}, &JournalPosition::next);
    if (after == positions_.begin()) return std::nullopt;
    JournalPosition found = *std::prev(after);
    for (const JournalPosition& stop : stops_) {
        if (stop.next <= fact && stop.next > found.next) found = stop;
    }
    return found;
}

void JournalIndex::drop(std::uint64_t segment) {
    const std::scoped_lock lock{mutex_};
    const auto is_gone = [&](const JournalPosition& position) {
        return position.segment <= segment;
    };
    std::erase_if(positions_, is_gone);
    std::erase_if(stops_, is_gone);
    next_stop_ = 0;
}

}  // namespace allot

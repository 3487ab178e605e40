#include "engine/histories.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/digits.hpp"

namespace allot {

namespace {

constexpr std::size_t id_digits = 16;

/// Removes the oldest rows beyond `kept_max`.
template <class Row>
void add(std::vector<Row>& rows, const Row& row) {
    if (rows.size() == Histories::kept_max) rows.erase(rows.begin());
    rows.push_back(row);
}

}  // namespace

std::string text_of(HistoryId history) { return hex(history); }

std::string text_of(const HistoryCursor& cursor) {
    return text_of(cursor.history) + ':' + std::to_string(cursor.lsn);
}

std::optional<HistoryCursor> cursor_in(std::string_view text, Lsn lsn_max) {
    if (text.size() <= id_digits || text[id_digits] != ':') return std::nullopt;
    const auto history = integer_in(text.substr(0, id_digits), 16);
    const auto lsn = integer_in(text.substr(id_digits + 1));
    if (!history || !lsn || *lsn > lsn_max) return std::nullopt;
    return HistoryCursor{*history, *lsn};
}

std::optional<Histories> Histories::of(std::vector<Begun> begun, LostHistories lost) {
    if (begun.size() > kept_max || lost.size() > kept_max) return std::nullopt;
    if (!std::ranges::is_sorted(begun, {}, &Begun::first)) return std::nullopt;
    std::vector<HistoryId> ids;
    ids.reserve(begun.size() + lost.size());
    std::ranges::transform(begun, std::back_inserter(ids), &Begun::id);
    std::ranges::transform(lost, std::back_inserter(ids), &LostHistory::id);
    std::ranges::sort(ids);
    if (std::ranges::adjacent_find(ids) != ids.end()) return std::nullopt;
    Histories histories;
    histories.begun_ = std::move(begun);
    histories.lost_ = std::move(lost);
    return histories;
}

void Histories::begin(HistoryId id, Lsn first) {
    if (index_of(id)) return;
    add(begun_, {id, first});
    is_recorded_ = true;
}

void Histories::begin_with_first_fact(HistoryId id, Lsn first) {
    begin(id, first);
    is_recorded_ = false;
}

void Histories::add_lost(std::span<const LostHistory> histories) {
    for (const LostHistory& each : histories) {
        if (!knows(each.id)) add(lost_, each);
    }
}

std::optional<std::size_t> Histories::index_of(HistoryId id) const noexcept {
    for (std::size_t i = begun_.size(); i-- > 0;) {  // most callers look up a recent fact
        if (begun_[i].id == id) return i;
    }
    return std::nullopt;
}

bool Histories::knows(HistoryId id) const noexcept {
    return index_of(id) || std::ranges::find(lost_, id, &LostHistory::id) != lost_.end();
}

HistoryId Histories::at(Lsn lsn) const noexcept {
    if (begun_.empty()) return 0;
    const auto after = std::ranges::upper_bound(begun_, lsn, {}, &Begun::first);
    return after == begun_.begin() ? begun_.front().id : std::prev(after)->id;
}

HistoryId Histories::current(Lsn end) const noexcept {
    if (begun_.empty()) return 0;
    const bool before_last = lacks_last(end) && begun_.size() > 1;
    return begun_[begun_.size() - (before_last ? 2 : 1)].id;
}

Histories Histories::recorded(Lsn end) const {
    Histories copy = *this;
    if (lacks_last(end)) copy.begun_.pop_back();
    copy.is_recorded_ = true;
    return copy;
}

std::optional<Lsn> Histories::divergence_of(const HistoryCursor& cursor) const noexcept {
    if (cursor.lsn == 0) return std::nullopt;  // nothing was seen
    Lsn last_common = 0;
    if (const auto index = index_of(cursor.history)) {
        if (*index + 1 == begun_.size()) return std::nullopt;
        last_common = end_of(*index);
    } else if (const auto lost = std::ranges::find(lost_, cursor.history, &LostHistory::id);
               lost != lost_.end()) {
        last_common = lost->last_common;
    }
    return cursor.lsn <= last_common ? std::nullopt : std::optional{last_common};
}

Histories::LostHistories Histories::lost_since(const Histories& before, Lsn last) const {
    LostHistories lost;
    std::optional<std::size_t> common;  // index in `before` of the last history that both have
    for (std::size_t i = before.begun_.size(); i-- > 0 && !common;) {
        if (index_of(before.begun_[i].id)) common = i;
    }
    if (!common) return lost;
    const std::size_t here = *index_of(before.begun_[*common].id);
    Lsn last_common = here + 1 < begun_.size() ? end_of(here) : last;
    if (*common + 1 < before.begun_.size()) {
        last_common = std::min(last_common, before.end_of(*common));
    }
    for (const LostHistory& each : before.lost_) {
        if (!knows(each.id)) lost.push_back({each.id, std::min(each.last_common, last_common)});
    }
    for (const Begun& each : before.begun_) {
        if (!knows(each.id)) lost.push_back({each.id, std::min(each.first - 1, last_common)});
    }
    return lost;
}

}  // namespace allot

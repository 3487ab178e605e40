#include "engine/histories.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace allot {

namespace {

constexpr std::size_t id_digits = 16;

template <class Integer>
std::optional<Integer> integer_in(std::string_view digits, int base) {
    Integer value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, base);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

/// Removes the oldest rows beyond `kept_max`.
template <class Row>
void add(std::vector<Row>& rows, const Row& row) {
    if (rows.size() == Histories::kept_max) rows.erase(rows.begin());
    rows.push_back(row);
}

}  // namespace

std::string text_of(HistoryId history) {
    std::array<char, id_digits> digits{};
    const char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), history, 16).ptr;
    const std::string_view used{digits.data(), static_cast<std::size_t>(end - digits.data())};
    return std::string(id_digits - used.size(), '0').append(used);
}

std::string text_of(const HistoryCursor& cursor) {
    return text_of(cursor.history) + ':' + std::to_string(cursor.lsn);
}

std::optional<HistoryCursor> cursor_in(std::string_view text, Lsn lsn_max) {
    if (text.size() <= id_digits || text[id_digits] != ':') return std::nullopt;
    const auto history = integer_in<HistoryId>(text.substr(0, id_digits), 16);
    const auto lsn = integer_in<Lsn>(text.substr(id_digits + 1), 10);
    if (!history || !lsn || *lsn > lsn_max) return std::nullopt;
    return HistoryCursor{*history, *lsn};
}

std::optional<Histories> Histories::of(std::vector<Begun> begun, std::vector<Left> left) {
    if (begun.size() > kept_max || left.size() > kept_max) return std::nullopt;
    if (!std::ranges::is_sorted(begun, {}, &Begun::first)) return std::nullopt;
    std::vector<HistoryId> ids;
    ids.reserve(begun.size() + left.size());
    std::ranges::transform(begun, std::back_inserter(ids), &Begun::id);
    std::ranges::transform(left, std::back_inserter(ids), &Left::id);
    std::ranges::sort(ids);
    if (std::ranges::adjacent_find(ids) != ids.end()) return std::nullopt;
    Histories histories;
    histories.begun_ = std::move(begun);
    histories.left_ = std::move(left);
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

void Histories::leave(HistoryId id, Lsn agreed) {
    if (!knows(id)) add(left_, {id, agreed});
}

std::optional<std::size_t> Histories::index_of(HistoryId id) const noexcept {
    for (std::size_t i = begun_.size(); i-- > 0;) {  // most callers look up a recent fact
        if (begun_[i].id == id) return i;
    }
    return std::nullopt;
}

bool Histories::knows(HistoryId id) const noexcept {
    return index_of(id) || std::ranges::find(left_, id, &Left::id) != left_.end();
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

std::optional<Lsn> Histories::agreed_before(const HistoryCursor& cursor) const noexcept {
    if (cursor.lsn == 0) return std::nullopt;  // nothing was seen
    Lsn agreed = 0;
    if (const auto index = index_of(cursor.history)) {
        if (*index + 1 == begun_.size()) return std::nullopt;
        agreed = end_of(*index);
    } else if (const auto left = std::ranges::find(left_, cursor.history, &Left::id);
               left != left_.end()) {
        agreed = left->agreed;
    }
    return cursor.lsn <= agreed ? std::nullopt : std::optional{agreed};
}

std::vector<Histories::Left> Histories::left_since(const Histories& before, Lsn last) const {
    std::vector<Left> left;
    std::optional<std::size_t> common;  // index in `before` of the last history that both have
    for (std::size_t i = before.begun_.size(); i-- > 0 && !common;) {
        if (index_of(before.begun_[i].id)) common = i;
    }
    if (!common) return left;
    const std::size_t here = *index_of(before.begun_[*common].id);
    Lsn agreed = here + 1 < begun_.size() ? end_of(here) : last;
    if (*common + 1 < before.begun_.size()) agreed = std::min(agreed, before.end_of(*common));
    for (const Left& each : before.left_) {
        if (!knows(each.id)) left.push_back({each.id, std::min(each.agreed, agreed)});
    }
    for (const Begun& each : before.begun_) {
        if (!knows(each.id)) left.push_back({each.id, std::min(each.first - 1, agreed)});
    }
    return left;
}

}  // namespace allot

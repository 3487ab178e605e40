#include "net/schema/feed_values.hpp"

#include <algorithm>

#include "net/core/rule_text.hpp"
#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot {

namespace {
struct FirstLsn {
    const FactHistory& history;
    Lsn operator()(FeedEnd /*now*/) const { return history.end() + 1; }
    Lsn operator()(Lsn lsn) const { return std::max<Lsn>(lsn, 1); }
    Lsn operator()(const FeedPosition& position) const {
        if (!position.history) return position.lsn + 1;
        return history.next_after({*position.history, position.lsn});
    }
};
}  // namespace

std::optional<FeedStart> feed_start(std::string_view text) {
    if (text == "$") return FeedEnd{};
    if (const auto lsn = parse_uint(text, feed_position_max)) return FeedStart{Lsn{*lsn}};
    return {};
}

Lsn first_lsn(const FeedStart& start, const FactHistory& history) {
    return std::visit(FirstLsn{history}, start);
}

std::optional<FeedPosition> ValueOf<FeedPosition>::read(Source& source, const Field& field,
                                                        const RawValue& value) {
    const std::string_view text = value.text();
    if (const auto cursor = cursor_in(text, feed_position_max)) {
        return FeedPosition{cursor->lsn, cursor->history};
    }
    if (const auto lsn = parse_uint(text, feed_position_max)) return FeedPosition{*lsn};
    source.fail(ErrorCode::syntax, invalid_cursor_text(text), field.name);
    return {};
}

std::optional<FeedStart> ValueOf<FeedStart>::read(Source& source, const Field& field,
                                                  const RawValue& value) {
    if (const auto start = feed_start(value.text())) return start;
    source.fail(ErrorCode::syntax, invalid_lsn_text(value.text(), feed_position_max), field.name);
    return {};
}

std::optional<EventKinds> ValueOf<EventKinds>::read(Source& source, const Field& field,
                                                    const RawValue& value) {
    EventKinds kinds;
    for (std::string_view rest = value.text();;) {
        const std::string_view name = rest.substr(0, rest.find(','));
        const auto* const found = std::ranges::find(fact_events, name);
        if (found == fact_events.end()) {
            source.fail(
                ErrorCode::syntax,
                "invalid kind of event " + in_quotes(name) + ": expected " + listed(fact_events),
                field.name);
            return {};
        }
        kinds.set(static_cast<std::size_t>(found - fact_events.begin()));
        if (name.size() == rest.size()) return kinds;
        rest.remove_prefix(name.size() + 1);
    }
}

}  // namespace allot

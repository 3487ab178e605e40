#include <algorithm>
#include <optional>
#include <string_view>

#include "net/core/feed_position.hpp"
#include "net/core/rule_text.hpp"
#include "net/http/exchange.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_text.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::http {

namespace {

constexpr std::string_view last_event_id = "Last-Event-ID";

/// Where to begin, and what said so.
struct Place {
    Lsn from;
    std::string_view field = {};
    std::optional<HistoryId> diverged = {};
};

/// After what a client says that it has seen.
std::optional<Place> place_after(const Exchange& exchange, const FactHistory& history,
                                 std::string_view text, std::string_view field) {
    const auto position = feed_position(text);
    if (!position) {
        exchange.fail(ErrorCode::syntax, invalid_cursor_text(text), field);
        return {};
    }
    if (!position->history) return Place{position->lsn + 1, field};
    try {
        return Place{history.next_after({*position->history, position->lsn}), field};
    } catch (const DivergedHistory& diverged) {
        return Place{diverged.agreed().lsn + 1, field, diverged.history()};
    }
}

/// The header takes precedence over the query: a client that reconnects repeats the address.
std::optional<Place> place_of(const Exchange& exchange, const FactHistory& history) {
    const std::string* const from = exchange.query("from");
    const std::string* const after = exchange.query("after");
    if (from != nullptr && after != nullptr) {
        exchange.fail(ErrorCode::syntax, "from and after exclude each other", "after");
        return {};
    }
    if (const auto& id = exchange.request.last_event_id; id && !id->empty()) {
        return place_after(exchange, history, *id, last_event_id);
    }
    if (after != nullptr) return place_after(exchange, history, *after, "after");
    if (from == nullptr) return Place{history.oldest()};
    if (*from == "$") return Place{history.end() + 1, "from"};
    const auto lsn = parse_uint(*from, feed_position_max);
    if (!lsn) {
        exchange.fail(ErrorCode::syntax, invalid_lsn_text(*from, feed_position_max), "from");
        return {};
    }
    return Place{std::max<Lsn>(*lsn, 1), "from"};
}

/// `events=line_allocated,out_of_stock`; all without it.
std::optional<decltype(EventQuery::kinds)> kinds_of(const Exchange& exchange) {
    decltype(EventQuery::kinds) kinds;
    const std::string* const events = exchange.query("events");
    if (events == nullptr) return kinds.set();
    for (std::string_view rest = *events;;) {
        const std::string_view name = rest.substr(0, rest.find(','));
        const auto* const found = std::ranges::find(fact_events, name);
        if (found == fact_events.end()) {
            exchange.fail(
                ErrorCode::syntax,
                "invalid kind of fact " + in_quotes(name) + ": expected " + listed(fact_events),
                "events");
            return {};
        }
        kinds.set(static_cast<std::size_t>(found - fact_events.begin()));
        if (name.size() == rest.size()) return kinds;
        rest.remove_prefix(name.size() + 1);
    }
}

}  // namespace

Lsn feed(Exchange& exchange) {
    FactHistory* const history = exchange.server.store.backend.history;
    if (history == nullptr) {
        exchange.fail(501, ErrorCode::generic, "this store keeps no history");
        return 0;
    }
    const auto place = place_of(exchange, *history);
    if (!place) return 0;
    const auto kinds = kinds_of(exchange);
    if (!kinds) return 0;
    const Lsn last = exchange.last_lsn();
    if (place->from > last + 1) {
        exchange.fail(ErrorCode::ahead,
                      std::to_string(last) + " is the last LSN; there is none before " +
                          std::to_string(place->from),
                      place->field);
    } else if (const Lsn oldest = history->oldest(); place->from < oldest) {
        exchange.fail(ErrorCode::trimmed,
                      std::to_string(oldest) + " is the oldest LSN that is kept", place->field);
    } else if (exchange.server.store.failed && place->from > history->end()) {
        exchange.fail(ErrorCode::read_only, storage_failed_text);
    } else if (exchange.server.usage.event_streams >= event_streams_max) {
        exchange.fail(503, ErrorCode::generic,
                      "a server has at most " + std::to_string(event_streams_max) +
                          " streams of events, and this would be one more");
        exchange.reply.header = "Retry-After: 10\r\n";
    } else {
        exchange.reply.type = events_type;
        exchange.reply.events =
            EventQuery{.from = place->from, .diverged = place->diverged, .kinds = *kinds};
    }
    return 0;
}

}  // namespace allot::http

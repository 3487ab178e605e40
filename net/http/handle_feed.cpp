#include <algorithm>
#include <optional>
#include <string_view>

#include "net/escape.hpp"
#include "net/http/json_text.hpp"
#include "net/http/routes.hpp"
#include "net/limits.hpp"
#include "net/rule_text.hpp"
#include "net/whole_number.hpp"

namespace allot::http::handlers {

namespace {

constexpr std::string_view last_event_id = "Last-Event-ID";
/// So that the one after the next can be counted.
constexpr Lsn lsn_max = ~Lsn{0} - 2;

/// Where to begin, and what said so.
struct Place {
    Lsn from;
    std::string_view field = {};
};

std::optional<Place> refuse_number(const Exchange& exchange, std::string_view text,
                                   std::string_view field) {
    exchange.fail(ErrorCode::syntax, no_lsn_text(text, lsn_max), field);
    return {};
}

/// The header beats the query: whoever comes back asks for the same address again.
std::optional<Place> place_of(const Exchange& exchange, const FactHistory& history) {
    if (const auto& id = exchange.request.last_event_id; id && !id->empty()) {
        const auto last = whole_number(*id, lsn_max);
        if (!last) return refuse_number(exchange, *id, last_event_id);
        return Place{*last + 1, last_event_id};
    }
    const std::string* const from = exchange.query("from");
    if (from == nullptr) return Place{history.oldest()};
    if (*from == "$") return Place{history.end() + 1, "from"};
    const auto lsn = whole_number(*from, lsn_max);
    if (!lsn) return refuse_number(exchange, *from, "from");
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
            exchange.fail(ErrorCode::syntax,
                          in_quotes(name) + " is no kind of fact: those are " + listed(fact_events),
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
    FactHistory* const history = exchange.hub.backend.history;
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
    } else if (exchange.hub.storage_failed && place->from > history->end()) {
        exchange.fail(ErrorCode::read_only, storage_failed_text);
    } else if (exchange.hub.event_streams >= event_streams_max) {
        exchange.fail(503, ErrorCode::generic,
                      "a server has at most " + std::to_string(event_streams_max) +
                          " streams of events, and this would be one more");
        exchange.reply.header = "Retry-After: 10\r\n";
    } else {
        exchange.reply.type = events_type;
        exchange.reply.events = EventQuery{.from = place->from, .kinds = *kinds};
    }
    return 0;
}

}  // namespace allot::http::handlers

#include <algorithm>
#include <optional>
#include <string_view>

#include "net/core/rule_text.hpp"
#include "net/http/exchange.hpp"
#include "net/limits.hpp"
#include "net/schema/define.hpp"
#include "net/schema/feed_values.hpp"

namespace allot::http {

namespace {

constexpr std::string_view last_event_id = "Last-Event-ID";

/// Last-Event-ID takes precedence over the query, which a client that reconnects sends again.
/// \return none after replying with an error.
std::optional<FeedQuery> read_query(const Exchange& exchange) {
    auto query = exchange.query();
    const auto is_position = [](const NamedText& part) { return part.name != "events"; };
    if (std::ranges::count_if(query, is_position) > 1) {
        exchange.fail(ErrorCode::syntax, "from and after exclude each other", "after");
        return {};
    }
    const auto& id = exchange.request.last_event_id;
    const bool resumes = id && !id->empty();
    if (resumes) std::erase_if(query, is_position);
    RequestSource source{
        exchange.report(), exchange.server, detail::fields_of<FeedQuery>, {}, query, nullptr};
    std::optional<FeedPosition> seen;
    if (resumes) {
        const std::string_view text = *id;
        seen = ValueOf<FeedPosition>::read(source, {.name = last_event_id, .role = Role::optional},
                                           {{&text, 1}});
        if (!seen) return {};
    }
    auto parameters = read<FeedQuery>(source, FeedQuery::fields);
    if (parameters && resumes) parameters->after = seen;
    return parameters;
}

struct StreamStart {
    Lsn from;
    std::string_view field = {};  ///< of the request, which names the position
    std::optional<HistoryId> diverged = {};
};

StreamStart start_of(const Exchange& exchange, const FeedQuery& parameters,
                     const FactHistory& history) {
    if (parameters.from) return {first_lsn(*parameters.from, history), "from"};
    if (!parameters.after) return {history.oldest()};
    const auto& id = exchange.request.last_event_id;
    const std::string_view field = id && !id->empty() ? last_event_id : "after";
    try {
        return {first_lsn(*parameters.after, history), field};
    } catch (const DivergedHistory& diverged) {
        return {diverged.agreed().lsn + 1, field, diverged.history()};
    }
}

}  // namespace

Lsn feed(Exchange& exchange) {
    FactHistory* const history = exchange.server.store.backend.history;
    if (history == nullptr) {
        exchange.fail(501, ErrorCode::generic, "this store keeps no history");
        return 0;
    }
    const auto parameters = read_query(exchange);
    if (!parameters) return 0;
    const StreamStart start = start_of(exchange, *parameters, *history);
    const Lsn last = exchange.last_lsn();
    if (start.from > last + 1) {
        exchange.fail(ErrorCode::ahead, ahead_text(last, start.from), start.field);
    } else if (const Lsn oldest = history->oldest(); start.from < oldest) {
        exchange.fail(ErrorCode::trimmed, trimmed_text(oldest), start.field);
    } else if (exchange.server.store.failed && start.from > history->end()) {
        exchange.fail(ErrorCode::read_only, storage_failed_text);
    } else if (exchange.server.usage.event_streams >= event_streams_max) {
        exchange.fail(503, ErrorCode::generic,
                      "the server already has " + std::to_string(event_streams_max) +
                          " streams of events, the most that it may have");
        exchange.reply.header = "Retry-After: 10\r\n";
    } else {
        exchange.reply.type = events_type;
        exchange.reply.events =
            EventQuery{.from = start.from, .diverged = start.diverged, .kinds = parameters->events};
    }
    return 0;
}

}  // namespace allot::http

#include <array>
#include <chrono>
#include <optional>

#include "net/core/feed_position.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/resp/feed.hpp"
#include "net/resp/resp_session.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::commands {

namespace {

/// A year of 365 days and more, in milliseconds: as good as for ever.
constexpr std::uint64_t block_ms_max = 1ULL << 35U;

struct Asked {
    FeedRequest request;
    std::optional<std::uint64_t> block_ms = {};  ///< 0: for ever
};

/// What says where to begin: `AFTER cursor`, an LSN, or `$`.
struct Begin {
    Lsn from;
    std::size_t options;  ///< the first argument after it
};

/// \return the first LSN after the position; none when it has replied with an error.
std::optional<Lsn> next_after(const Call& call, const FeedPosition& position) {
    if (!position.history) return position.lsn + 1;
    try {
        return call.server.store.backend.history->next_after({*position.history, position.lsn});
    } catch (const DivergedHistory& diverged) {
        call.fail(ErrorCode::diverged, diverged.what(), "; carry on after ",
                  text_of(diverged.agreed()));
        return {};
    }
}

/// Replies with an error where there is none.
std::optional<Begin> read_begin(const Call& call) {
    const std::string_view first = call.args[1];
    if (first == "$") return Begin{call.server.store.backend.history->end() + 1, 2};
    if (equal_ignoring_case(first, "AFTER") && call.args.size() > 2) {
        const auto position = feed_position(call.args[2]);
        if (!position) {
            call.fail(ErrorCode::syntax, invalid_cursor_text(call.args[2]));
            return {};
        }
        const auto from = next_after(call, *position);
        return from ? std::optional{Begin{*from, 3}} : std::nullopt;
    }
    const auto from = parse_uint(first, feed_position_max);
    if (from) return Begin{std::max<Lsn>(*from, 1), 2};
    call.fail(ErrorCode::syntax, invalid_lsn_text(first, feed_position_max),
              ", or $, or AFTER and a cursor");
    return {};
}

/// Replies with an error where the arguments are none, and gives nothing.
std::optional<Asked> read_arguments(const Call& call) {
    const auto begin = read_begin(call);
    if (!begin) return {};
    if ((call.args.size() - begin->options) % 2 != 0) {
        call.fail(ErrorCode::syntax, Quoted{call.args.back()},
                  " stands alone: COUNT has a number of "
                  "facts behind it, BLOCK one of milliseconds");
        return {};
    }
    Asked asked{.request = {.from = begin->from, .most = feed_facts}};
    for (std::size_t i = begin->options; i < call.args.size(); i += 2) {
        const bool count = equal_ignoring_case(call.args[i], "COUNT");
        if (!count && !equal_ignoring_case(call.args[i], "BLOCK")) {
            call.fail(ErrorCode::syntax, "unknown option ", Quoted{call.args[i]},
                      ": expected COUNT or BLOCK");
            return {};
        }
        const std::uint64_t most = count ? feed_facts_max : block_ms_max;
        const auto number = parse_uint(call.args[i + 1], most);
        if (!number || (count && *number == 0)) {
            call.fail(ErrorCode::syntax, "invalid ", count ? "COUNT " : "BLOCK ",
                      Quoted{call.args[i + 1]}, ": expected an integer from ", count ? 1 : 0,
                      " to ", most, count ? "" : ", in milliseconds");
            return {};
        }
        if (count) {
            asked.request.most = *number;
        } else {
            asked.block_ms = *number;
        }
    }
    return asked;
}

Lsn feed_words(Call& call) {
    if (call.server.store.backend.history == nullptr) {
        call.fail(ErrorCode::generic, "this store keeps no history");
        return no_lsn;
    }
    const auto asked = read_arguments(call);
    if (!asked || reply_with_facts(call, asked->request)) return no_lsn;
    if (!asked->block_ms || session_of(call).executes_queue()) {
        reply_without_facts(call, asked->request);
    } else {
        session_of(call).wait_for_facts(
            asked->request,
            *asked->block_ms == 0
                ? ServerContext::Time::max()
                : call.server.clock.now + std::chrono::milliseconds{*asked->block_ms});
    }
    return no_lsn;
}

/// Of the stream of events.
constexpr std::array feed_query{
    Field{.name = "from",
          .role = Role::optional,
          .schema =
              R"({"oneOf":[{"$ref":"#/components/schemas/Units"},{"type":"string","const":"$"}]})",
          .about = "The LSN of the first fact, or $: what is shown from now on. Without it, from "
                   "the oldest that is kept"},
    Field{
        .name = "after",
        .role = Role::optional,
        .schema =
            R"({"oneOf":[{"$ref":"#/components/schemas/Cursor"},{"$ref":"#/components/schemas/Units"}]})",
        .about =
            "The cursor, or the LSN, of the last fact that was seen; not together with `from`"},
    Field{.name = "events",
          .role = Role::optional,
          .schema = R"({"type":"string","examples":["line_allocated,out_of_stock"]})",
          .about = "The kinds to be shown, separated by commas. Without it, all"},
};

}  // namespace

extern const CommandSpec feed;
constinit const CommandSpec feed{
    .name = "FEED",
    .handler = feed_words,
    .flags = flag_outside,
    .args_min = 1,
    .args_max = 6,
    .syntax = "lsn|$|AFTER cursor [COUNT facts] [BLOCK ms]",
    .reply = "[cursor, array of [lsn, time, kind, map of field and value]]",
    .summary = "Lists durable facts from an LSN on or after a cursor, or waits for the next",
    .group = "stock",
    .routes =
        {{{.method = boost::beast::http::verb::get,
           .path = "/v1/feed",
           .id = "feed",
           .summary = "Streams every durable fact as a server-sent event, in order, from a place "
                      "in the history on",
           .call = "[?from=lsn|$|?after=cursor][&events=kind,…]",
           .answers =
               "200: a stream of events, see below; 410 where the facts are not kept any more",
           .good =
               {{{200,
                  R"({"type":"string","description":"Events: `id: 05922658499e07cb:2`, `event: line_allocated`, `data: {…}`, an empty line"})",
                  "The stream", "text/event-stream"}}},
           .errors = {{{400,
                        "The place is no LSN or cursor, or the query breaks a rule; AHEAD: the "
                        "fact before it never happened here"},
                       {410,
                        "TRIMMED: the facts asked for are not kept any more; the message names the "
                        "oldest LSN that is"},
                       {501, "This store keeps no history"},
                       {503,
                        "64 streams of events are open already: come back after Retry-After; or "
                        "the storage has failed, and all that was durable is before this place"}}},
           .description = "The stream has no end. Each event's id is the cursor of its fact, its "
                          "name is the kind, its data a JSON object. A client that comes back with "
                          "the last id misses nothing. An event `position` only tells a cursor. "
                          "Where a cursor's history has gone another way, the first event is "
                          "`diverged`: {\"history\", \"agreed\", \"after\"}. See net/http/HTTP.md.",
           .header =
               R"({"name":"Last-Event-ID","in":"header","description":"The cursor, or the LSN, of the last fact that was seen; beats `after` and `from`","schema":{"oneOf":[{"$ref":"#/components/schemas/Cursor"},{"$ref":"#/components/schemas/Units"}]}})",
           .fields = feed_query}}},
};

}  // namespace allot::commands

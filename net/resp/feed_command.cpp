#include <chrono>
#include <optional>

#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/resp/feed.hpp"
#include "net/resp/resp_session.hpp"
#include "net/resp/session_commands.hpp"
#include "net/schema/define.hpp"
#include "net/schema/feed_values.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/numbers.hpp"

namespace allot {

namespace {

/// The start of a FEED; a position follows AFTER.
struct StartArgument {
    FeedStart start;
};
struct FactCount {
    std::size_t most = feed_facts;
};
struct BlockTime {
    std::optional<std::uint64_t> ms = {};  ///< 0: for ever; none: it does not block
};

/// `COUNT 5`: a number behind its name.
std::optional<std::uint64_t> read_number(Source& source, const Field& field, const RawValue& value,
                                         std::uint64_t min, std::uint64_t max,
                                         std::string_view unit) {
    const auto number = parse_uint(value.text(), max);
    if (number && *number >= min) return number;
    std::string text{"invalid "};
    text.append(upper_case(field.name)).append(" ").append(in_quotes(value.text()));
    text.append(": ").append(integer_rule(min, max)).append(unit);
    source.fail(ErrorCode::syntax, text, field.name);
    return {};
}
}  // namespace

template <>
struct ValueOf<StartArgument> {
    static constexpr std::string_view noun = "LSN";
    static constexpr std::string_view schema = "";
    static std::optional<StartArgument> read(Source& source, const Field& field,
                                             const RawValue& value) {
        if (value.arguments.size() == 2) {
            const auto after =
                ValueOf<FeedPosition>::read(source, field, {value.arguments.last(1)});
            return after ? std::optional{StartArgument{*after}} : std::nullopt;
        }
        if (const auto start = feed_start(value.text())) return StartArgument{*start};
        source.fail(
            ErrorCode::syntax,
            invalid_lsn_text(value.text(), feed_position_max) + ", or $, or AFTER and a cursor",
            field.name);
        return {};
    }
};

template <>
struct ValueOf<FactCount> {
    static constexpr std::string_view noun = "events";
    static constexpr std::string_view schema = "";
    static std::optional<FactCount> read(Source& source, const Field& field,
                                         const RawValue& value) {
        const auto most = read_number(source, field, value, 1, feed_facts_max, "");
        return most ? std::optional{FactCount{*most}} : std::nullopt;
    }
};

template <>
struct ValueOf<BlockTime> {
    static constexpr std::string_view noun = "ms";
    static constexpr std::string_view schema = "";
    static std::optional<BlockTime> read(Source& source, const Field& field,
                                         const RawValue& value) {
        const auto ms =
            read_number(source, field, value, 0, feed_block_ms_max, ", in milliseconds");
        return ms ? std::optional{BlockTime{*ms}} : std::nullopt;
    }
};

namespace commands {

namespace {

struct Feed {
    struct Parameters {
        StartArgument start;
        FactCount count;
        BlockTime block;
    };
    static constexpr std::tuple fields{required<StartArgument>("lsn|$|AFTER cursor"),
                                       keyword<FactCount>("count", FactCount{}),
                                       keyword<BlockTime>("block", BlockTime{})};
};

/// The arguments of a FEED: the start is one word or two, and the last of equal options counts.
class FeedArguments final : public ArgumentSource {
public:
    explicit FeedArguments(Call& call) : FeedArguments{call, call.args.subspan(1)} {}
    [[nodiscard]] bool find(const Field& field, std::size_t at, RawValue& value) override {
        if (at != 0) return ArgumentSource::find(field, at, value);
        const bool is_after = left_.size() > 1 && equal_ignoring_case(left_.front(), "AFTER");
        const std::size_t count = is_after ? 2 : 1;
        value = {left_.first(count)};
        left_ = left_.subspan(count);
        return true;
    }

private:
    FeedArguments(Call& call, std::span<const std::string_view> arguments)
        : ArgumentSource{call, detail::fields_of<Feed>, arguments} {}
    [[nodiscard]] bool check_keywords() override {
        if (left_.size() % 2 != 0) {
            call_.fail(ErrorCode::syntax, Quoted{left_.back()},
                       " stands alone: COUNT takes a number of events, BLOCK a number of "
                       "milliseconds");
            return false;
        }
        for (std::size_t i = 0; i < left_.size(); i += 2) {
            if (find_keyword(left_[i]) != nullptr) continue;
            call_.fail(ErrorCode::syntax, "unknown option ", Quoted{left_[i]},
                       ": expected COUNT or BLOCK");
            return false;
        }
        return true;
    }
};

std::optional<Feed::Parameters> read_arguments(Call& call) {
    FeedArguments arguments{call};
    return read<Feed::Parameters>(arguments, Feed::fields);
}

bool check_feed(Call& call) { return read_arguments(call).has_value(); }

Lsn answer_feed(Call& call, const Feed::Parameters& parameters) {
    RespSession& session = session_of(call);
    const FeedRequest request{first_lsn(parameters.start.start, *call.server.store.backend.history),
                              parameters.count.most};
    if (reply_with_facts(call, request)) return no_lsn;
    if (!parameters.block.ms || session.transaction().is_executing()) {
        reply_without_facts(call, request);
    } else {
        session.wait_for_facts(
            request, *parameters.block.ms == 0
                         ? ServerContext::Time::max()
                         : call.server.clock.now + std::chrono::milliseconds{*parameters.block.ms});
    }
    return no_lsn;
}

Lsn run_feed(Call& call) {
    if (call.server.store.backend.history == nullptr) {
        call.fail(ErrorCode::generic, "this store keeps no history");
        return no_lsn;
    }
    const auto parameters = read_arguments(call);
    try {
        return parameters ? answer_feed(call, *parameters) : no_lsn;
    } catch (const DivergedHistory& diverged) {
        call.fail(ErrorCode::diverged, diverged.what(), "; carry on after ",
                  text_of(diverged.agreed()));
        return no_lsn;
    }
}

}  // namespace

constinit const CommandSpec specs::feed{
    .name = "FEED",
    .run = run_feed,
    .flags = flag_outside,
    .args_min = 1,
    .args_max = 6,
    .syntax = detail::argument_form<Feed>.syntax(),
    .reply = "[cursor, array of [lsn, time, kind, map of field and value]]",
    .summary = "Lists durable events from an LSN on or after a cursor, or waits for the next",
    .group = "stock",
    .check = check_feed,
    .routes =
        {{{.method = boost::beast::http::verb::get,
           .path = "/v1/feed",
           .id = "feed",
           .summary = "Streams all durable events in order, as server-sent events, from a position "
                      "in the history on",
           .call = "[?from=lsn|$|?after=cursor][&events=kind,…]",
           .answers = "200: a stream of events, see below; 410 if the events are no longer kept",
           .good =
               {{{200,
                  R"({"type":"string","description":"Events: `id: 05922658499e07cb:2`, `event: line_allocated`, `data: {…}`, an empty line"})",
                  "The stream", "text/event-stream"}}},
           .errors = {{{400,
                        "The position is no LSN or cursor, or the query breaks a rule; AHEAD: the "
                        "history does not reach this position"},
                       {410,
                        "TRIMMED: the requested events are no longer kept; the message names the "
                        "oldest LSN that is"},
                       {501, "This store keeps no history"},
                       {503,
                        "as many streams of events are open as may be: retry after Retry-After; or "
                        "the storage has failed, and no durable event follows this position"}}},
           .description =
               "The stream has no end. Each event's id is its cursor, its "
               "name is the kind, its data a JSON object. A client that reconnects with "
               "the last id misses nothing. An event `position` has only a cursor. If "
               "the history of a cursor has diverged from the store's, the first event "
               "is `diverged`: {\"history\", \"agreed\", \"after\"}. See net/http/HTTP.md.",
           .header =
               R"({"name":"Last-Event-ID","in":"header","description":"The cursor, or the LSN, of the last event that the client has seen; overrides `after` and `from`","schema":{"oneOf":[{"$ref":"#/components/schemas/Cursor"},{"$ref":"#/components/schemas/Units"}]}})",
           .served_by = ServedBy::feed,
           .fields = detail::fields_of<FeedQuery>}}},
};

}  // namespace commands
}  // namespace allot

#include <chrono>
#include <optional>

#include "net/commands/handlers.hpp"
#include "net/core/feed_position.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/resp/feed.hpp"
#include "net/resp/resp_session.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::handlers {

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
        return call.hub.backend.history->next_after({*position.history, position.lsn});
    } catch (const DivergedHistory& diverged) {
        call.fail(ErrorCode::diverged, diverged.what(), "; carry on after ",
                  text_of(diverged.agreed()));
        return {};
    }
}

/// Replies with an error where there is none.
std::optional<Begin> read_begin(const Call& call) {
    // One less than all there are, so that the one after the last can be counted.
    constexpr Lsn lsn_max = ~Lsn{0} - 1;
    const std::string_view first = call.args[1];
    if (first == "$") return Begin{call.hub.backend.history->end() + 1, 2};
    if (equal_ignoring_case(first, "AFTER") && call.args.size() > 2) {
        const auto position = feed_position(call.args[2]);
        if (!position) {
            call.fail(ErrorCode::syntax, no_position_text(call.args[2]));
            return {};
        }
        const auto from = next_after(call, *position);
        return from ? std::optional{Begin{*from, 3}} : std::nullopt;
    }
    const auto from = whole_number(first, lsn_max);
    if (from) return Begin{std::max<Lsn>(*from, 1), 2};
    call.fail(ErrorCode::syntax, no_lsn_text(first, lsn_max), ", or $, or AFTER and a cursor");
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
            call.fail(ErrorCode::syntax, Quoted{call.args[i]}, " is neither COUNT nor BLOCK");
            return {};
        }
        const std::uint64_t most = count ? feed_facts_max : block_ms_max;
        const auto number = whole_number(call.args[i + 1], most);
        if (!number || (count && *number == 0)) {
            call.fail(ErrorCode::syntax, Quoted{call.args[i + 1]}, " is no ",
                      count ? "COUNT: it is a whole number of facts from 1"
                            : "BLOCK: it is a whole number of milliseconds from 0",
                      " to ", most, ", in digits only");
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

}  // namespace

Lsn feed(Call& call) {
    if (call.hub.backend.history == nullptr) {
        call.fail(ErrorCode::generic, "this store keeps no history");
        return no_lsn;
    }
    const auto asked = read_arguments(call);
    if (!asked || reply_with_facts(call, asked->request)) return no_lsn;
    if (!asked->block_ms || session_of(call).executes_queue()) {
        reply_without_facts(call, asked->request);
    } else {
        session_of(call).wait_for_facts(
            asked->request, *asked->block_ms == 0
                                ? Hub::Time::max()
                                : call.hub.now + std::chrono::milliseconds{*asked->block_ms});
    }
    return no_lsn;
}

}  // namespace allot::handlers

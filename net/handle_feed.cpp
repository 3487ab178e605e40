#include <chrono>
#include <optional>

#include "net/command_table.hpp"
#include "net/feed.hpp"
#include "net/handlers.hpp"
#include "net/limits.hpp"
#include "net/rule_text.hpp"
#include "net/session.hpp"
#include "net/whole_number.hpp"

namespace allot::handlers {

namespace {

/// A year of 365 days and more, in milliseconds: as good as for ever.
constexpr std::uint64_t block_ms_max = 1ULL << 35U;

struct Asked {
    FeedRequest request;
    std::optional<std::uint64_t> block_ms = {};  ///< 0: for ever
};

/// Replies with an error where the arguments are none, and gives nothing.
std::optional<Asked> read_arguments(const Call& call) {
    // One less than all there are, so that the one after the last can be counted.
    constexpr Lsn lsn_max = ~Lsn{0} - 1;
    const auto from = call.args[1] == "$" ? std::optional{call.hub.backend.history->end() + 1}
                                          : whole_number(call.args[1], lsn_max);
    if (!from) {
        call.fail(ErrorCode::syntax, no_lsn_text(call.args[1], lsn_max), ", or $");
        return {};
    }
    Asked asked{.request = {.from = std::max<Lsn>(*from, 1), .most = feed_facts}};
    for (std::size_t i = 2; i < call.args.size(); i += 2) {
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
    if (!asked->block_ms) {
        call.reply.array(0);
    } else {
        call.session.wait_for_facts(
            asked->request, *asked->block_ms == 0
                                ? Hub::Time::max()
                                : call.hub.now + std::chrono::milliseconds{*asked->block_ms});
    }
    return no_lsn;
}

}  // namespace allot::handlers

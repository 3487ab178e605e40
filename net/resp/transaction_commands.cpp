#include <algorithm>

#include "net/resp/resp_session.hpp"
#include "net/resp/session_commands.hpp"
#include "net/schema/values.hpp"

namespace allot::commands {

namespace {

Transaction& transaction_of(Call& call) { return session_of(call).transaction(); }

Lsn run_multi(Call& call) {
    if (transaction_of(call).is_queueing()) {
        call.fail(ErrorCode::generic, "MULTI calls can not be nested");
    } else {
        transaction_of(call).begin();
        call.reply.ok();
    }
    return no_lsn;
}

Lsn run_exec(Call& call) {
    if (transaction_of(call).is_queueing()) return transaction_of(call).execute(call);
    call.fail(ErrorCode::generic, "EXEC without MULTI");
    return no_lsn;
}

Lsn run_discard(Call& call) {
    if (transaction_of(call).is_queueing()) {
        transaction_of(call).discard();
        call.reply.ok();
    } else {
        call.fail(ErrorCode::generic, "DISCARD without MULTI");
    }
    return no_lsn;
}

/// Watches all SKUs or none. EXEC waits until the versions seen here are durable.
Lsn run_watch(Call& call) {
    if (transaction_of(call).is_queueing()) {
        call.fail(ErrorCode::generic, "WATCH inside MULTI is not allowed");
        return no_lsn;
    }
    constexpr Field watched_sku{.name = "sku", .role = Role::required};
    ArgumentSource source{call, {}, {}};
    WatchList watched = transaction_of(call).watches();
    for (std::size_t i = 1; i < call.args.size(); ++i) {
        const auto sku = ValueOf<Sku>::read(source, watched_sku, {call.args.subspan(i, 1)});
        if (!sku) return no_lsn;
        watched.add(*sku, version(*sku, call.bus().repository()));
        if (watched.size() > watched_skus_max) {
            call.fail(ErrorCode::syntax, "a client watches at most ", watched_skus_max,
                      " SKUs: cannot add ", *sku);
            return no_lsn;
        }
    }
    transaction_of(call).watches() = std::move(watched);
    call.reply.ok();
    return no_lsn;
}

Lsn run_unwatch(Call& call) {
    transaction_of(call).watches().clear();
    call.reply.ok();
    return no_lsn;
}

}  // namespace

constinit const CommandSpec specs::multi{
    .name = "MULTI",
    .run = run_multi,
    .flags = flag_fast | flag_loading | flag_at_once,
    .reply = "+OK; then +QUEUED for each command",
    .summary = "Begins a transaction: commands are queued until EXEC",
    .group = "transactions",
};

constinit const CommandSpec specs::exec{
    .name = "EXEC",
    .run = run_exec,
    .flags = flag_loading | flag_at_once | flag_exec,
    .reply = "array of the replies; null if a watched SKU has changed",
    .summary = "Executes the queued commands as one unit, durable as a whole or not at all",
    .group = "transactions",
};

constinit const CommandSpec specs::discard{
    .name = "DISCARD",
    .run = run_discard,
    .flags = flag_fast | flag_loading | flag_at_once,
    .reply = "+OK",
    .summary = "Ends a transaction without executing it",
    .group = "transactions",
};

constinit const CommandSpec specs::watch{
    .name = "WATCH",
    .run = run_watch,
    .flags = flag_read | flag_fast | flag_at_once,
    .args_min = 1,
    .args_max = any_number,
    .syntax = "sku [sku ...]",
    .reply = "+OK",
    .summary = "Makes the next EXEC execute nothing if the stock of one of these SKUs has changed",
    .group = "transactions",
};

constinit const CommandSpec specs::unwatch{
    .name = "UNWATCH",
    .run = run_unwatch,
    .flags = flag_fast | flag_loading,
    .reply = "+OK",
    .summary = "Ends all watches of the connection",
    .group = "transactions",
};

}  // namespace allot::commands

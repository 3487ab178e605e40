#include <algorithm>

#include "net/commands/arguments.hpp"
#include "net/commands/handlers.hpp"
#include "net/resp/resp_session.hpp"

namespace allot::handlers {

Lsn multi(Call& call) {
    if (session_of(call).is_queueing()) {
        call.fail(ErrorCode::generic, "MULTI calls can not be nested");
    } else {
        session_of(call).begin_queueing();
        call.reply.ok();
    }
    return no_lsn;
}

Lsn exec(Call& call) {
    if (session_of(call).is_queueing()) return session_of(call).execute_queue(call);
    call.fail(ErrorCode::generic, "EXEC without MULTI");
    return no_lsn;
}

Lsn discard(Call& call) {
    if (session_of(call).is_queueing()) {
        session_of(call).discard();
        call.reply.ok();
    } else {
        call.fail(ErrorCode::generic, "DISCARD without MULTI");
    }
    return no_lsn;
}

/// All of them or none. What it saw is told with EXEC, which waits for it.
Lsn watch(Call& call) {
    if (session_of(call).is_queueing()) {
        call.fail(ErrorCode::generic, "WATCH inside MULTI is not allowed");
        return no_lsn;
    }
    WatchList watched = session_of(call).watches();
    for (std::size_t i = 1; i < call.args.size(); ++i) {
        const auto sku = name_at<Sku>(call, i);
        if (!sku) return no_lsn;
        watched.add(*sku, version(*sku, call.bus().repository()));
        if (watched.size() > watched_skus_max) {
            call.fail(ErrorCode::syntax, "a client watches at most ", watched_skus_max,
                      " SKUs: there is no room for ", *sku);
            return no_lsn;
        }
    }
    session_of(call).watches() = std::move(watched);
    call.reply.ok();
    return no_lsn;
}

Lsn unwatch(Call& call) {
    session_of(call).watches().clear();
    call.reply.ok();
    return no_lsn;
}

}  // namespace allot::handlers

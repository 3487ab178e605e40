#include <algorithm>

#include "net/arguments.hpp"
#include "net/handlers.hpp"
#include "net/session.hpp"

namespace allot::handlers {

Lsn multi(Call& call) {
    if (call.session.is_queueing()) {
        call.fail(ErrorCode::generic, "MULTI calls can not be nested");
    } else {
        call.session.begin_queueing();
        call.reply.ok();
    }
    return no_lsn;
}

Lsn exec(Call& call) {
    if (call.session.is_queueing()) return call.session.execute_queue(call);
    call.fail(ErrorCode::generic, "EXEC without MULTI");
    return no_lsn;
}

Lsn discard(Call& call) {
    if (call.session.is_queueing()) {
        call.session.discard();
        call.reply.ok();
    } else {
        call.fail(ErrorCode::generic, "DISCARD without MULTI");
    }
    return no_lsn;
}

/// All of them or none. What it saw is told with EXEC, which waits for it.
Lsn watch(Call& call) {
    if (call.session.is_queueing()) {
        call.fail(ErrorCode::generic, "WATCH inside MULTI is not allowed");
        return no_lsn;
    }
    WatchList watched = call.session.watches();
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
    call.session.watches() = std::move(watched);
    call.reply.ok();
    return no_lsn;
}

Lsn unwatch(Call& call) {
    call.session.watches().clear();
    call.reply.ok();
    return no_lsn;
}

}  // namespace allot::handlers

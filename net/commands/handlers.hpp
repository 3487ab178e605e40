#pragma once

#include "net/core/call.hpp"

/// What each command of the table does: see Handler.
namespace allot {
struct CommandSpec;
}

namespace allot::handlers {

// handle_stock.cpp: what changes stock
Lsn add_batch(Call& call);
Lsn allocate(Call& call);
Lsn deallocate(Call& call);
Lsn set_quantity(Call& call);
Lsn reschedule(Call& call);
Lsn receive(Call& call);
/// Whether a command that changes stock keeps the rules of its arguments. Otherwise it has replied
/// with an error, as the command itself would.
[[nodiscard]] bool check_arguments(Call& call, const CommandSpec& spec);

// handle_queries.cpp: what looks at stock
Lsn explain(Call& call);
Lsn allocations(Call& call);
Lsn shortages(Call& call);
Lsn export_rows(Call& call);
Lsn import_rows(Call& call);
Lsn stock(Call& call);
Lsn available(Call& call);

// handle_feed.cpp: what has happened
Lsn feed(Call& call);

// handle_transactions.cpp: several commands as one unit
Lsn multi(Call& call);
Lsn exec(Call& call);
Lsn discard(Call& call);
Lsn watch(Call& call);
Lsn unwatch(Call& call);

// handle_channels.cpp: messages
Lsn subscribe(Call& call);
Lsn unsubscribe(Call& call);
Lsn psubscribe(Call& call);
Lsn punsubscribe(Call& call);
Lsn publish(Call& call);
Lsn pubsub(Call& call);

// handle_connection.cpp: one client and its connection
Lsn ping(Call& call);
Lsn echo(Call& call);
Lsn hello(Call& call);
Lsn auth(Call& call);
Lsn select(Call& call);
Lsn reset(Call& call);
Lsn quit(Call& call);

// handle_client.cpp
Lsn client(Call& call);

// handle_command.cpp: the command table
Lsn help(Call& call);
Lsn command(Call& call);

// handle_server.cpp
Lsn info(Call& call);
Lsn config(Call& call);
Lsn snapshot(Call& call);

// handle_redis_terms.cpp: what client libraries ask of a Redis
Lsn role(Call& call);
Lsn latency(Call& call);
Lsn modules(Call& call);
Lsn cluster(Call& call);

// handle_slowlog.cpp
Lsn slowlog(Call& call);

}  // namespace allot::handlers

// Commands that client libraries and monitors of Redis send, with the replies that are true of
// Allot.
#include <array>

#include "net/commands/server_commands.hpp"
#include "net/schema/container.hpp"

namespace allot::commands {

namespace {

Lsn run_role(Call& call) {
    call.reply.array(3);
    call.reply.value("master");
    call.reply.integer(static_cast<std::int64_t>(call.server.store.durable()));
    call.reply.array(0);
    return no_lsn;
}

Lsn no_rows(Call& call) {
    call.reply.array(0);
    return no_lsn;
}

Lsn no_histograms(Call& call) {
    call.reply.map(0);
    return no_lsn;
}

Lsn none_reset(Call& call) {
    call.reply.integer(0);
    return no_lsn;
}

Lsn latency_doctor(Call& call) {
    call.reply.text(
        "Allot keeps no samples of latency events. SLOWLOG GET lists the commands that took long, "
        "and /metrics has histograms of all.\n");
    return no_lsn;
}

Lsn run_cluster(Call& call) {
    call.fail(ErrorCode::generic, "This instance has cluster support disabled");
    return no_lsn;
}

constexpr std::array latency_subcommands = std::to_array<Subcommand>({
    {"LATEST", "", "Lists the latest latency of events: none are kept.", 0, 0, no_rows},
    {"HISTORY", "event", "Lists the samples of an event: none are kept.", 1, 1, no_rows},
    {"HISTOGRAM", "[command ...]", "Returns no histograms by command; /metrics has one of all.", 0,
     any_number, no_histograms},
    {"RESET", "[event ...]", "Deletes samples: there are none.", 0, any_number, none_reset},
    {"DOCTOR", "", "Names the figures to use instead.", 0, 0, latency_doctor},
});

constexpr std::array module_subcommands = std::to_array<Subcommand>({
    {"LIST", "", "Lists the loaded modules: none.", 0, 0, no_rows},
});

}  // namespace

constinit const CommandSpec specs::role{
    .name = "ROLE",
    .run = run_role,
    .flags = flag_fast | flag_loading,
    .reply = "array of master, the last durable LSN, no replicas",
    .summary = "Returns the role: a master without replicas",
    .group = "server",
};

constinit const CommandSpec specs::latency = container({
    .name = "LATENCY",
    .flags = flag_admin | flag_loading,
    .syntax = "LATEST|HISTORY|HISTOGRAM|RESET|DOCTOR|HELP [argument ...]",
    .reply = "as Redis replies",
    .summary = "Returns latency events: none are kept",
    .group = "server",
    .subcommands = latency_subcommands,
});

constinit const CommandSpec specs::modules = container({
    .name = "MODULE",
    .flags = flag_admin,
    .syntax = "LIST|HELP",
    .reply = "as Redis replies",
    .summary = "Lists the loaded modules: none",
    .group = "server",
    .subcommands = module_subcommands,
});

constinit const CommandSpec specs::cluster{
    .name = "CLUSTER",
    .run = run_cluster,
    .args_min = 1,
    .args_max = any_number,
    .syntax = "subcommand [argument ...]",
    .reply = "-ERR, as a Redis without clustering replies",
    .summary = "Refuses: the server is no node of a cluster",
    .group = "server",
};

}  // namespace allot::commands

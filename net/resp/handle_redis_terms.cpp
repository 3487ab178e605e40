#include <array>

#include "net/commands/handlers.hpp"
#include "net/commands/subcommands.hpp"

// Commands that client libraries and monitors of Redis send: each says what is so here.

namespace allot::handlers {

Lsn role(Call& call) {
    call.reply.array(3);
    call.reply.value("master");
    call.reply.integer(static_cast<std::int64_t>(call.hub.durable()));
    call.reply.array(0);
    return no_lsn;
}

namespace {

Lsn nothing(Call& call) {
    call.reply.array(0);
    return no_lsn;
}

Lsn nothing_by_name(Call& call) {
    call.reply.map(0);
    return no_lsn;
}

Lsn none_reset(Call& call) {
    call.reply.integer(0);
    return no_lsn;
}

Lsn doctor(Call& call) {
    call.reply.text(
        "Allot keeps no samples of latency events. SLOWLOG GET lists the commands that took long, "
        "and /metrics has histograms of all.\n");
    return no_lsn;
}

constexpr std::array latency_subcommands = std::to_array<Subcommand>({
    {"LATEST", "", "Events and their latest latency: none are kept.", 0, 0, nothing},
    {"HISTORY", "event", "Samples of an event: none are kept.", 1, 1, nothing},
    {"HISTOGRAM", "[command ...]", "Histograms by command: /metrics has one of all.", 0,
     CommandSpec::any_number, nothing_by_name},
    {"RESET", "[event ...]", "Forgets samples: there are none.", 0, CommandSpec::any_number,
     none_reset},
    {"DOCTOR", "", "Where to look instead.", 0, 0, doctor},
});

constexpr std::array module_subcommands = std::to_array<Subcommand>({
    {"LIST", "", "The modules that are loaded: none.", 0, 0, nothing},
});

}  // namespace

Lsn latency(Call& call) { return run_subcommand(call, latency_subcommands); }

Lsn modules(Call& call) { return run_subcommand(call, module_subcommands); }

Lsn cluster(Call& call) {
    call.fail(ErrorCode::generic, "This instance has cluster support disabled");
    return no_lsn;
}

}  // namespace allot::handlers

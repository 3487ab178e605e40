#include "net/commands/server_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct StartSnapshot {
    struct Parameters {};
    static constexpr std::tuple<> fields{};

    static Outcome<Done> run(const Parameters& /*parameters*/, Context& context) {
        if (!context.server.store.backend.start_snapshot) {
            return {Failure{ErrorCode::generic, "this store takes no snapshots", "", 501}, no_lsn};
        }
        if (context.server.store.backend.start_snapshot()) return {Done{}, no_lsn};
        return {Failure{ErrorCode::generic, "a snapshot is being taken already", "", 409}, no_lsn};
    }

    static void write(JsonWriter& json, Done /*done*/) {
        json.begin_object().key("started").boolean(true).end_object();
    }
};

}  // namespace

constinit const CommandSpec specs::snapshot = command<StartSnapshot>({
    .name = "SNAPSHOT",
    .flags = flag_admin | flag_outside | flag_no_multi,
    .reply = "+OK",
    .summary = "Begins a snapshot, so that a restart is quick",
    .group = "server",
    .routes = {{{.method = Method::post,
                 .path = "/v1/snapshots",
                 .status = 202,
                 .id = "snapshot",
                 .answers = "202; 409 while a snapshot is being taken",
                 .good = {{{202, "Started", "The snapshot has begun"}}},
                 .errors = {{{409, "A snapshot is being taken already"},
                             {501, "This store takes no snapshots"},
                             {503, "The storage has failed"}}}}}},
});

}  // namespace allot::commands

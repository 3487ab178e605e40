#include "net/commands/server_commands.hpp"
#include "net/commands/server_figures.hpp"
#include "net/core/figures_json.hpp"
#include "net/core/info_text.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

Lsn run_info(Call& call) {
    call.reply.text(info_text(server_figures(call.server), call.args.subspan(1)));
    return no_lsn;
}

struct AllFigures {
    struct Parameters {};
    static constexpr std::tuple<> fields{};

    static Outcome<Figures> run(const Parameters& /*parameters*/, Context& context) {
        return {server_figures(context.server), no_lsn};
    }
    static void write(JsonWriter& json, const Figures& figures) { write_figures(json, figures); }
};

}  // namespace

constinit const CommandSpec specs::info{
    .name = "INFO",
    .run = run_info,
    .flags = flag_outside | flag_loading,
    .args_max = any_number,
    .syntax = "[section ...]",
    .reply = "text of key:value lines",
    .summary = "Returns the state and figures of the server and its stock",
    .group = "server",
    .routes = {{route<AllFigures>(
        {.method = Method::get,
         .path = "/v1/info",
         .id = "info",
         .command = "`INFO all`",
         .answers = "200: sections of [figures](../FIGURES.md): numbers as "
                    "numbers, flags as booleans",
         .good = {{{200, "Info", "The sections of figures that INFO shows"}}}})}},
};

}  // namespace allot::commands

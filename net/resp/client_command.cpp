#include <algorithm>
#include <array>
#include <string>

#include "net/resp/client_names.hpp"
#include "net/resp/resp_session.hpp"
#include "net/resp/session_commands.hpp"
#include "net/schema/container.hpp"
#include "net/text/ascii_case.hpp"

namespace allot {

bool check_client_name(Call& call, std::string_view name, std::string_view what) {
    if (name.size() > client_name_bytes_max) {
        call.fail(ErrorCode::generic, what, " cannot be longer than ", client_name_bytes_max,
                  " bytes.");
        return false;
    }
    if (std::ranges::all_of(name, [](char c) { return c >= '!' && c <= '~'; })) return true;
    call.fail(ErrorCode::generic, what, " cannot contain spaces, newlines or special characters.");
    return false;
}

namespace commands {
namespace {

std::string seconds(ServerContext::Time::duration age) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

void describe(std::string& line, const ServerContext& context, const RespSession& session) {
    const ClientNames& names = session.names();
    line.append("id=").append(std::to_string(session.id()));
    line.append(" addr=").append(session.peer());
    line.append(" name=").append(names.name);
    line.append(" age=").append(seconds(context.clock.now - session.entered()));
    line.append(" idle=").append(seconds(context.clock.now - session.last_command()));
    line.append(" flags=N db=0 qbuf=").append(std::to_string(session.input_bytes()));
    line.append(" omem=").append(std::to_string(session.output().bytes()));
    line.append(" tot-mem=").append(std::to_string(session.buffer_bytes()));
    line.append(" user=default resp=").append(std::to_string(session.protocol()));
    line.append(" lib-name=").append(names.library);
    line.append(" lib-ver=").append(names.library_version).append("\n");
}

Lsn id(Call& call) {
    call.reply.integer(static_cast<std::int64_t>(session_of(call).id()));
    return no_lsn;
}

Lsn info_of_this(Call& call) {
    std::string text;
    describe(text, call.server, session_of(call));
    call.reply.text(text);
    return no_lsn;
}

Lsn list_clients(Call& call) {
    std::string text;
    for (const auto& [id, session] : call.server.sessions()) {
        describe(text, call.server, static_cast<const RespSession&>(*session));
    }
    call.reply.text(text);
    return no_lsn;
}

Lsn get_name(Call& call) {
    const std::string& name = session_of(call).names().name;
    if (name.empty()) {
        call.reply.null();
    } else {
        call.reply.bulk(name);
    }
    return no_lsn;
}

Lsn set_name(Call& call) {
    if (!check_client_name(call, call.args[2])) return no_lsn;
    session_of(call).names().name = call.args[2];
    call.reply.ok();
    return no_lsn;
}

Lsn set_info(Call& call) {
    const bool is_name = equal_ignoring_case(call.args[2], "LIB-NAME");
    if (!is_name && !equal_ignoring_case(call.args[2], "LIB-VER")) {
        call.fail(ErrorCode::generic, "Unrecognized option ", Quoted{call.args[2]});
        return no_lsn;
    }
    if (!check_client_name(call, call.args[3], is_name ? "lib-name" : "lib-ver")) return no_lsn;
    ClientNames& names = session_of(call).names();
    (is_name ? names.library : names.library_version) = call.args[3];
    call.reply.ok();
    return no_lsn;
}

/// Accepts an option of Redis that changes nothing here.
Lsn agree(Call& call) {
    const std::string_view setting = call.args[2];
    if (equal_ignoring_case(setting, "ON") || equal_ignoring_case(setting, "OFF")) {
        call.reply.ok();
    } else {
        call.fail(ErrorCode::generic, "syntax error");
    }
    return no_lsn;
}

constexpr std::array client_subcommands = std::to_array<Subcommand>({
    {"ID", "", "Returns the connection's number, which is never reused.", 0, 0, id},
    {"INFO", "", "Describes this connection, as CLIENT LIST does.", 0, 0, info_of_this},
    {"LIST", "", "Lists all connections, one per line.", 0, 0, list_clients},
    {"GETNAME", "", "Returns the connection's name.", 0, 0, get_name},
    {"SETNAME", "name", "Names the connection.", 1, 1, set_name},
    {"SETINFO", "LIB-NAME|LIB-VER value", "Names the client's library.", 2, 2, set_info},
    {"NO-EVICT", "ON|OFF", "Accepted, but the connection that holds the most memory may be closed.",
     1, 1, agree},
    {"NO-TOUCH", "ON|OFF", "Accepted; there is nothing to touch.", 1, 1, agree},
});

}  // namespace

constinit const CommandSpec specs::client = container({
    .name = "CLIENT",
    .flags = flag_loading | flag_no_multi,
    .syntax = "ID|INFO|LIST|GETNAME|SETNAME|SETINFO|NO-EVICT|NO-TOUCH|HELP [argument ...]",
    .reply = "as Redis replies",
    .summary = "Names the client, and lists all clients",
    .group = "connection",
    .subcommands = client_subcommands,
});

}  // namespace commands
}  // namespace allot

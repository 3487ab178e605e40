#include <optional>

#include "net/core/rule_text.hpp"
#include "net/resp/client_names.hpp"
#include "net/resp/resp_session.hpp"
#include "net/resp/session_commands.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/numbers.hpp"

namespace allot::commands {

namespace {

Lsn run_ping(Call& call) {
    if (session_of(call).is_listening() && session_of(call).protocol() == 2) {
        // The reply has the form of a message, since such a client reads nothing else.
        call.reply.array(2);
        call.reply.bulk("pong");
        call.reply.bulk(call.args.size() > 1 ? call.args[1] : "");
        return no_lsn;
    }
    if (call.args.size() > 1) {
        call.reply.bulk(call.args[1]);
    } else {
        call.reply.status("PONG");
    }
    return no_lsn;
}

Lsn run_echo(Call& call) {
    call.reply.bulk(call.args[1]);
    return no_lsn;
}

struct Credentials {
    std::string_view user;
    std::string_view password;
};

/// The only user. A client library that sends a password where none is needed must not fail.
constexpr std::string_view only_user = "default";

/// \return false if the client is refused: at once if no password is set.
bool log_in(Call& call, Credentials given) {
    // The password is compared for any user: so the time taken does not reveal which users exist.
    const bool is_right = !call.server.password || call.server.password->matches(given.password);
    if (is_right && given.user == only_user) return session_of(call).authenticate(), true;
    if (call.server.password) return session_of(call).delay_wrong_password(), false;
    call.fail(ErrorCode::wrong_pass, wrong_pass_text);
    return false;
}

struct HelloOptions {
    std::optional<Credentials> credentials;
    std::optional<std::string_view> name;
};

/// Reads `[AUTH user password] [SETNAME name]` from args[2] on.
/// \return false after replying with an error.
bool hello_options(Call& call, HelloOptions& options) {
    for (std::size_t at = 2; at < call.args.size();) {
        const std::size_t left = call.args.size() - at - 1;
        if (left >= 2 && equal_ignoring_case(call.args[at], "AUTH")) {
            options.credentials = {call.args[at + 1], call.args[at + 2]};
            at += 3;
        } else if (left >= 1 && equal_ignoring_case(call.args[at], "SETNAME")) {
            options.name = call.args[at + 1];
            if (!check_client_name(call, *options.name)) return false;
            at += 2;
        } else {
            call.fail(ErrorCode::generic, "Syntax error in HELLO option ", Quoted{call.args[at]});
            return false;
        }
    }
    return true;
}

void greet(Call& call) {
    ReplyWriter& reply = call.reply;
    const FactHistory* const history = call.server.store.backend.history;
    reply.map(history == nullptr ? 7 : 8);
    reply.bulk("server");
    reply.bulk("allot");
    reply.bulk("version");
    reply.bulk(ALLOT_VERSION);
    reply.bulk("proto");
    reply.integer(reply.version());
    reply.bulk("id");
    reply.integer(static_cast<std::int64_t>(session_of(call).id()));
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
    if (history == nullptr) return;
    reply.bulk("history");
    reply.bulk(text_of(history->current()));
}

Lsn refuse_greeting(Call& call) {
    call.fail(ErrorCode::no_auth,
              "HELLO must be called with the client already authenticated, otherwise the HELLO "
              "<proto> AUTH <user> <pass> option can be used to authenticate the client and select "
              "the RESP protocol version at the same time");
    return no_lsn;
}

Lsn run_hello(Call& call) {
    std::optional<std::int64_t> version = call.reply.version();
    HelloOptions options;
    if (call.args.size() > 1) {
        version = integer_in<std::int64_t>(call.args[1]);
        if (!version) {
            call.fail(ErrorCode::generic, "Protocol version is not an integer or out of range");
            return no_lsn;
        }
        if (*version != 2 && *version != 3) {
            call.fail(ErrorCode::no_proto, "unsupported protocol version");
            return no_lsn;
        }
        if (!hello_options(call, options)) return no_lsn;
        if (options.credentials && !log_in(call, *options.credentials)) return no_lsn;
    }
    if (!session_of(call).is_authenticated()) return refuse_greeting(call);
    if (options.name) session_of(call).names().name = *options.name;
    session_of(call).set_protocol(static_cast<int>(*version));
    greet(call);
    return no_lsn;
}

Lsn run_auth(Call& call) {
    const bool is_alone = call.args.size() == 2;
    if (is_alone && !call.server.password) {
        call.fail(ErrorCode::generic,
                  "AUTH <password> called without any password configured for the default user. "
                  "Are you sure your configuration is correct?");
    } else if (log_in(call, {is_alone ? only_user : call.args[1], call.args.back()})) {
        call.reply.ok();
    }
    return no_lsn;
}

Lsn run_select(Call& call) {
    const auto database = integer_in<std::int64_t>(call.args[1]);
    if (!database) {
        call.fail(ErrorCode::generic, "value is not an integer or out of range");
    } else if (*database != 0) {
        call.fail(ErrorCode::generic, "DB index is out of range");
    } else {
        call.reply.ok();
    }
    return no_lsn;
}

Lsn run_reset(Call& call) {
    session_of(call).names().name.clear();
    session_of(call).set_protocol(2);
    session_of(call).subscriptions().clear();
    session_of(call).transaction().discard();
    session_of(call).deauthenticate();
    call.reply.status("RESET");
    return no_lsn;
}

Lsn run_quit(Call& call) {
    call.reply.ok();
    call.session.end();
    return no_lsn;
}

}  // namespace

constinit const CommandSpec specs::ping{
    .name = "PING",
    .run = run_ping,
    .flags = flag_fast | flag_pubsub,
    .args_max = 1,
    .syntax = "[message]",
    .reply = "+PONG, or the message",
    .summary = "Replies once the store is open",
    .group = "connection",
};

constinit const CommandSpec specs::echo{
    .name = "ECHO",
    .run = run_echo,
    .flags = flag_fast | flag_loading,
    .args_min = 1,
    .args_max = 1,
    .syntax = "message",
    .reply = "the message",
    .summary = "Returns its argument",
    .group = "connection",
};

constinit const CommandSpec specs::hello{
    .name = "HELLO",
    .run = run_hello,
    .flags = flag_fast | flag_no_auth | flag_loading | flag_no_multi,
    .args_max = any_number,
    .syntax = "[2|3 [AUTH user password] [SETNAME name]]",
    .reply = "map of the server's properties",
    .summary = "Chooses the version of the protocol",
    .group = "connection",
};

constinit const CommandSpec specs::auth{
    .name = "AUTH",
    .run = run_auth,
    .flags = flag_fast | flag_no_auth | flag_loading | flag_no_multi,
    .args_min = 1,
    .args_max = 2,
    .syntax = "[user] password",
    .reply = "+OK",
    .summary = "Authenticates the connection",
    .group = "connection",
};

constinit const CommandSpec specs::select{
    .name = "SELECT",
    .run = run_select,
    .flags = flag_fast | flag_loading,
    .args_min = 1,
    .args_max = 1,
    .syntax = "0",
    .reply = "+OK",
    .summary = "Selects the only database",
    .group = "connection",
};

constinit const CommandSpec specs::reset{
    .name = "RESET",
    .run = run_reset,
    .flags = flag_fast | flag_no_auth | flag_loading | flag_pubsub | flag_at_once,
    .reply = "+RESET",
    .summary = "Resets the connection to its first state",
    .group = "connection",
};

constinit const CommandSpec specs::quit{
    .name = "QUIT",
    .run = run_quit,
    .flags = flag_fast | flag_no_auth | flag_loading | flag_pubsub | flag_at_once,
    .args_max = any_number,
    .reply = "+OK",
    .summary = "Closes the connection once its replies are sent",
    .group = "connection",
};

}  // namespace allot::commands

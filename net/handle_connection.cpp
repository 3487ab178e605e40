#include <charconv>
#include <optional>

#include "net/client_names.hpp"
#include "net/command_table.hpp"
#include "net/handlers.hpp"
#include "net/session.hpp"

namespace allot::handlers {

Lsn ping(Call& call) {
    if (call.args.size() > 1) {
        call.reply.bulk(call.args[1]);
    } else {
        call.reply.simple("PONG");
    }
    return no_lsn;
}

Lsn echo(Call& call) {
    call.reply.bulk(call.args[1]);
    return no_lsn;
}

namespace {

std::optional<std::int64_t> integer(std::string_view digits) {
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return {};
    return value;
}

// Without a password there is one user, `default`, who may come in with any. A client library that
// was given one all the same must not fail.
bool is_user(std::string_view user) { return user == "default"; }

void refuse_user(Call& call) {
    call.fail(ErrorCode::wrong_pass, "invalid username-password pair or user is disabled.");
}

/// Reads `[AUTH user password] [SETNAME name]` from args[2] on.
/// \return false when it has replied with an error.
bool hello_options(Call& call, std::optional<std::string_view>& name) {
    for (std::size_t at = 2; at < call.args.size();) {
        const std::size_t left = call.args.size() - at - 1;
        if (left >= 2 && equal_ignoring_case(call.args[at], "AUTH")) {
            if (!is_user(call.args[at + 1])) return refuse_user(call), false;
            at += 3;
        } else if (left >= 1 && equal_ignoring_case(call.args[at], "SETNAME")) {
            name = call.args[at + 1];
            if (!check_client_name(call, *name)) return false;
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
    reply.map(7);
    reply.bulk("server");
    reply.bulk("allot");
    reply.bulk("version");
    reply.bulk(ALLOT_VERSION);
    reply.bulk("proto");
    reply.integer(reply.version());
    reply.bulk("id");
    reply.integer(static_cast<std::int64_t>(call.session.id()));
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
}

}  // namespace

Lsn hello(Call& call) {
    if (call.args.size() > 1) {
        const auto version = integer(call.args[1]);
        if (!version) {
            call.fail(ErrorCode::generic, "Protocol version is not an integer or out of range");
            return no_lsn;
        }
        if (*version != 2 && *version != 3) {
            call.fail(ErrorCode::no_proto, "unsupported protocol version");
            return no_lsn;
        }
        std::optional<std::string_view> name;
        if (!hello_options(call, name)) return no_lsn;
        if (name) call.session.names().name = *name;
        call.session.set_protocol(static_cast<int>(*version));
    }
    greet(call);
    return no_lsn;
}

Lsn auth(Call& call) {
    if (call.args.size() == 2) {
        call.fail(ErrorCode::generic,
                  "AUTH <password> called without any password configured for the default user. "
                  "Are you sure your configuration is correct?");
    } else if (is_user(call.args[1])) {
        call.reply.ok();
    } else {
        refuse_user(call);
    }
    return no_lsn;
}

Lsn select(Call& call) {
    const auto database = integer(call.args[1]);
    if (!database) {
        call.fail(ErrorCode::generic, "value is not an integer or out of range");
    } else if (*database != 0) {
        call.fail(ErrorCode::generic, "DB index is out of range");
    } else {
        call.reply.ok();
    }
    return no_lsn;
}

Lsn reset(Call& call) {
    call.session.names().name.clear();
    call.session.set_protocol(2);
    call.reply.simple("RESET");
    return no_lsn;
}

Lsn quit(Call& call) {
    call.reply.ok();
    call.session.end();
    return no_lsn;
}

}  // namespace allot::handlers

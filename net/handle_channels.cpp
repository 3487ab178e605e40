#include <array>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "net/arguments.hpp"
#include "net/channels.hpp"
#include "net/glob.hpp"
#include "net/handlers.hpp"
#include "net/http/json_body.hpp"
#include "net/session.hpp"
#include "net/subcommands.hpp"

namespace allot::handlers {

namespace {

using Kind = Channels::Kind;

void confirm(Call& call, std::string_view verb, std::string_view name) {
    call.reply.push(3);
    call.reply.bulk(verb);
    call.reply.bulk(name);
    call.reply.integer(static_cast<std::int64_t>(call.session.subscriptions()));
}

/// Replies with an error where it is too long.
bool is_channel_name(const Call& call, std::string_view name) {
    if (name.size() <= channel_bytes_max) return true;
    call.fail(ErrorCode::syntax, "the name of a channel has at most ", channel_bytes_max, " bytes");
    return false;
}

Lsn listen(Call& call, Kind kind, std::string_view verb) {
    for (const std::string_view name : call.args.subspan(1)) {
        if (!is_channel_name(call, name)) continue;
        if (kind == Kind::pattern && !call.hub.channels.has_room_for(name)) {
            call.fail(ErrorCode::syntax, "a server has at most ", patterns_max,
                      " patterns, those of all its clients: there is no room for ", Quoted{name});
        } else if (!call.session.subscribe(kind, name)) {
            call.fail(ErrorCode::syntax, "a client has at most ", subscriptions_max,
                      " subscriptions");
        } else {
            confirm(call, verb, name);
        }
    }
    return no_lsn;
}

Lsn leave(Call& call, Kind kind, std::string_view verb) {
    std::vector<std::string> names;
    for (const std::string_view name : call.args.subspan(1)) names.emplace_back(name);
    if (names.empty()) names = call.session.names_of(kind);
    for (const std::string& name : names) {
        call.session.unsubscribe(kind, name);
        confirm(call, verb, name);
    }
    if (!names.empty()) return no_lsn;
    call.reply.push(3);
    call.reply.bulk(verb);
    call.reply.null();
    call.reply.integer(static_cast<std::int64_t>(call.session.subscriptions()));
    return no_lsn;
}

/// A channel whose messages are commands: the fields that make one, in the order of its arguments.
struct CommandChannel {
    struct Field {
        std::string_view name;
        bool is_number = false;
        bool may_be_missing = false;  ///< or null
    };
    std::string_view name;
    std::string_view verb;
    std::vector<Field> fields;
    Handler handler;
};

const std::array<CommandChannel, 3>& command_channels() {
    static const std::array<CommandChannel, 3> all{
        CommandChannel{
            "change_batch_quantity", "SETQTY", {{"batchref"}, {"qty", true}}, set_quantity},
        {"allocate", "ALLOCATE", {{"orderid"}, {"sku"}, {"qty", true}}, allocate},
        {"add_batch",
         "ADDBATCH",
         {{"ref"}, {"sku"}, {"qty", true}, {"eta", false, true}},
         add_batch}};
    return all;
}

/// The command's arguments after its verb. Replies with an error where the message does not make
/// them, and gives nothing.
std::optional<std::vector<std::string>> arguments_of(Call& call, const CommandChannel& channel) {
    const auto refuse = [&](const auto&... parts) {
        call.fail(ErrorCode::syntax, "no message for ", channel.name, ": ", parts...);
        return std::nullopt;
    };
    const auto parsed = http::parse_object(call.args[2]);
    if (const auto* const bad = std::get_if<http::BadBody>(&parsed)) return refuse(bad->text);
    const auto& object = std::get<boost::json::object>(parsed);
    std::vector<std::string> arguments;
    std::size_t used = 0;
    for (const CommandChannel::Field& field : channel.fields) {
        const auto* const value = object.if_contains(field.name);
        if (value != nullptr) ++used;
        if (value == nullptr || (value->is_null() && field.may_be_missing)) {
            if (!field.may_be_missing) return refuse("the field ", field.name, " is missing");
        } else if (field.is_number) {
            if (!value->is_int64() && !value->is_uint64()) {
                return refuse("the field ", field.name, " is no whole number");
            }
            arguments.push_back(value->is_int64() ? std::to_string(value->get_int64())
                                                  : std::to_string(value->get_uint64()));
        } else {
            if (!value->is_string()) return refuse("the field ", field.name, " is no string");
            arguments.emplace_back(std::string_view{value->get_string()});
        }
    }
    if (used != object.size()) return refuse("it has a field that is not known");
    return arguments;
}

/// What never was a command; one that the business refuses was.
bool is_malformed(std::string_view error) {
    return error.starts_with("-SYNTAX ") || error.starts_with("-BAD");
}

void warn_of_message(const Call& call, std::string_view error) {
    while (error.ends_with('\n') || error.ends_with('\r')) error.remove_suffix(1);
    std::string text{"a message that is no command was published: channel "};
    text.append(call.args[1]).append(", by ").append(call.session.peer()).append(", ");
    text.append(error.substr(1)).append("; it is ");
    append_quoted(text, {call.args[2]});
    call.hub.warnings.tell(call.hub.now, std::move(text));
}

/// Executes the command. \return false when it was refused, as the reply says then.
bool run_command(Call& call, const CommandChannel& channel, Lsn& saw) {
    std::string answer;
    ReplyWriter writer{answer};
    Call message{call.args, call.session, call.hub, writer};
    if (const auto arguments = arguments_of(message, channel)) {
        std::vector<std::string_view> words{channel.verb};
        words.insert(words.end(), arguments->begin(), arguments->end());
        Call command{words, call.session, call.hub, writer};
        saw = channel.handler(command);
    }
    if (!answer.starts_with('-')) return true;
    if (is_malformed(answer)) warn_of_message(call, answer);
    call.reply.raw(answer);
    return false;
}

Lsn channels(Call& call) {
    if (call.args.size() > 2 && !is_channel_name(call, call.args[2])) return no_lsn;
    std::vector<std::string_view> names;
    call.hub.channels.for_each(Kind::channel, [&](std::string_view name, std::size_t) {
        if (call.args.size() == 2 || glob_matches(call.args[2], name)) names.push_back(name);
    });
    call.reply.array(names.size());
    for (const std::string_view name : names) call.reply.bulk(name);
    return no_lsn;
}

Lsn numbers(Call& call) {
    const auto names = call.args.subspan(2);
    call.reply.array(2 * names.size());
    for (const std::string_view name : names) {
        call.reply.bulk(name);
        call.reply.integer(static_cast<std::int64_t>(call.hub.channels.listeners_of(name)));
    }
    return no_lsn;
}

Lsn patterns(Call& call) {
    std::int64_t count = 0;
    call.hub.channels.for_each(Kind::pattern, [&](std::string_view, std::size_t) { ++count; });
    call.reply.integer(count);
    return no_lsn;
}

constexpr std::array subcommands = std::to_array<Subcommand>({
    {"CHANNELS", "[pattern]", "The channels that somebody listens to by name.", 0, 1, channels},
    {"NUMSUB", "[channel ...]", "How many listen to each by name.", 0, CommandSpec::any_number,
     numbers},
    {"NUMPAT", "", "How many patterns somebody listens to.", 0, 0, patterns},
});

}  // namespace

Lsn pubsub(Call& call) { return run_subcommand(call, subcommands); }

Lsn subscribe(Call& call) { return listen(call, Kind::channel, "subscribe"); }
Lsn psubscribe(Call& call) { return listen(call, Kind::pattern, "psubscribe"); }
Lsn unsubscribe(Call& call) { return leave(call, Kind::channel, "unsubscribe"); }
Lsn punsubscribe(Call& call) { return leave(call, Kind::pattern, "punsubscribe"); }

Lsn publish(Call& call) {
    const std::string_view channel = call.args[1];
    if (!is_channel_name(call, channel)) return no_lsn;
    if (is_fact_channel(channel)) {
        call.fail(ErrorCode::generic, "only the store itself publishes to ", channel);
        return no_lsn;
    }
    Lsn saw = no_lsn;
    for (const CommandChannel& each : command_channels()) {
        if (each.name == channel && !run_command(call, each, saw)) return saw;
    }
    Channels& channels = call.hub.channels;
    if (channels.patterns() > patterns_per_turn) call.session.end_turn();
    call.reply.integer(static_cast<std::int64_t>(channels.publish(channel, call.args[2], saw)));
    return saw;
}

}  // namespace allot::handlers

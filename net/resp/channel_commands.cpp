#include <array>
#include <string>
#include <vector>

#include "net/core/pub_sub.hpp"
#include "net/resp/command_channels.hpp"
#include "net/resp/resp_session.hpp"
#include "net/resp/session_commands.hpp"
#include "net/schema/container.hpp"
#include "net/text/glob.hpp"

namespace allot::commands {

namespace {

using Kind = PubSub::Kind;

void confirm(Call& call, std::string_view verb, std::string_view name) {
    call.reply.push(3);
    call.reply.bulk(verb);
    call.reply.bulk(name);
    call.reply.integer(static_cast<std::int64_t>(session_of(call).subscriptions().size()));
}

/// Replies with an error if it is too long.
bool is_channel_name(const Call& call, std::string_view name) {
    if (name.size() <= channel_bytes_max) return true;
    call.fail(ErrorCode::syntax, "invalid channel name ", Quoted{name}, ": expected at most ",
              channel_bytes_max, " bytes, not ", name.size());
    return false;
}

Lsn listen(Call& call, Kind kind, std::string_view verb) {
    for (const std::string_view name : call.args.subspan(1)) {
        if (!is_channel_name(call, name)) continue;
        if (kind == Kind::pattern && !call.server.pub_sub.may_add(name)) {
            call.fail(ErrorCode::syntax, "a server has at most ", patterns_max,
                      " patterns, those of all its clients: cannot add ", Quoted{name});
        } else if (!session_of(call).subscriptions().add(kind, name)) {
            call.fail(ErrorCode::syntax, "a client has at most ", subscriptions_max,
                      " subscriptions: cannot add ", Quoted{name});
        } else {
            confirm(call, verb, name);
        }
    }
    return no_lsn;
}

Lsn leave(Call& call, Kind kind, std::string_view verb) {
    std::vector<std::string> names;
    for (const std::string_view name : call.args.subspan(1)) names.emplace_back(name);
    if (names.empty()) names = session_of(call).subscriptions().names_of(kind);
    for (const std::string& name : names) {
        session_of(call).subscriptions().remove(kind, name);
        confirm(call, verb, name);
    }
    if (!names.empty()) return no_lsn;
    call.reply.push(3);
    call.reply.bulk(verb);
    call.reply.null();
    call.reply.integer(static_cast<std::int64_t>(session_of(call).subscriptions().size()));
    return no_lsn;
}

Lsn channels(Call& call) {
    if (call.args.size() > 2 && !is_channel_name(call, call.args[2])) return no_lsn;
    const PubSub& all = call.server.pub_sub;
    if (all.channels() > channels_per_slice) call.session.end_slice();
    const Glob wanted{call.args.size() > 2 ? call.args[2] : "*"};
    std::vector<std::string_view> names;
    all.for_each(Kind::channel, [&](std::string_view name, std::size_t) {
        if (wanted.matches(name)) names.push_back(name);
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
        call.reply.integer(static_cast<std::int64_t>(call.server.pub_sub.subscribers_of(name)));
    }
    return no_lsn;
}

Lsn patterns(Call& call) {
    std::int64_t count = 0;
    call.server.pub_sub.for_each(Kind::pattern, [&](std::string_view, std::size_t) { ++count; });
    call.reply.integer(count);
    return no_lsn;
}

constexpr std::array pubsub_subcommands = std::to_array<Subcommand>({
    {"CHANNELS", "[pattern]", "Lists the channels with a subscriber by name.", 0, 1, channels},
    {"NUMSUB", "[channel ...]", "Counts the subscribers of each channel by name.", 0, any_number,
     numbers},
    {"NUMPAT", "", "Counts the patterns with a subscriber.", 0, 0, patterns},
});

Lsn run_subscribe(Call& call) { return listen(call, Kind::channel, "subscribe"); }
Lsn run_psubscribe(Call& call) { return listen(call, Kind::pattern, "psubscribe"); }
Lsn run_unsubscribe(Call& call) { return leave(call, Kind::channel, "unsubscribe"); }
Lsn run_punsubscribe(Call& call) { return leave(call, Kind::pattern, "punsubscribe"); }

Lsn run_publish(Call& call) {
    const std::string_view channel = call.args[1];
    if (!is_channel_name(call, channel)) return no_lsn;
    if (is_fact_channel(channel)) {
        call.fail(ErrorCode::generic, "only the store itself publishes to ", channel);
        return no_lsn;
    }
    Lsn saw = no_lsn;
    if (!execute_message(call, saw)) return saw;
    PubSub& channels = call.server.pub_sub;
    if (channels.patterns() > patterns_per_slice) call.session.end_slice();
    const std::size_t receivers = channels.publish(channel, call.args[2], saw);
    if (receivers * call.args[2].size() > published_bytes_per_slice) call.session.end_slice();
    call.reply.integer(static_cast<std::int64_t>(receivers));
    return saw;
}

}  // namespace

constinit const CommandSpec specs::subscribe{
    .name = "SUBSCRIBE",
    .run = run_subscribe,
    .flags = flag_pubsub | flag_no_multi,
    .args_min = 1,
    .args_max = any_number,
    .syntax = "channel [channel ...]",
    .reply = "a confirmation for each, then messages",
    .summary = "Subscribes to channels",
    .group = "channels",
};

constinit const CommandSpec specs::unsubscribe{
    .name = "UNSUBSCRIBE",
    .run = run_unsubscribe,
    .flags = flag_pubsub | flag_no_multi | flag_loading,
    .args_max = any_number,
    .syntax = "[channel ...]",
    .reply = "a confirmation for each",
    .summary = "Unsubscribes from these channels, or from all",
    .group = "channels",
};

constinit const CommandSpec specs::psubscribe{
    .name = "PSUBSCRIBE",
    .run = run_psubscribe,
    .flags = flag_pubsub | flag_no_multi,
    .args_min = 1,
    .args_max = any_number,
    .syntax = "pattern [pattern ...]",
    .reply = "a confirmation for each, then messages",
    .summary = "Subscribes to all channels that match a pattern",
    .group = "channels",
};

constinit const CommandSpec specs::punsubscribe{
    .name = "PUNSUBSCRIBE",
    .run = run_punsubscribe,
    .flags = flag_pubsub | flag_no_multi | flag_loading,
    .args_max = any_number,
    .syntax = "[pattern ...]",
    .reply = "a confirmation for each",
    .summary = "Unsubscribes from these patterns, or from all",
    .group = "channels",
};

constinit const CommandSpec specs::publish{
    .name = "PUBLISH",
    .run = run_publish,
    .flags = flag_write | flag_no_multi,
    .args_min = 2,
    .args_max = 2,
    .syntax = "channel message",
    .reply = ":subscribers",
    .summary = "Publishes a message; on a command channel the server also executes it",
    .group = "channels",
};

constinit const CommandSpec specs::pubsub = container({
    .name = "PUBSUB",
    .syntax = "CHANNELS|NUMSUB|NUMPAT|HELP [argument ...]",
    .reply = "as Redis replies",
    .summary = "Returns the channels with subscribers, or counts subscribers",
    .group = "channels",
    .subcommands = pubsub_subcommands,
});

}  // namespace allot::commands

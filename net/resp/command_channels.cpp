#include "net/resp/command_channels.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "net/commands/orders/book.hpp"
#include "net/schema/define.hpp"
#include "net/schema/source.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"

namespace allot {

namespace {

void warn_of_message(const Call& call, const Failure& failure) {
    std::string text{"a message that is no command was published: channel "};
    text.append(call.args[1]).append(", by ").append(call.session.peer()).append(", ");
    text.append(word_of(failure.code)).append(" ").append(failure.text).append("; it is ");
    append_quoted(text, {call.args[2]});
    call.server.warnings.log(call.server.clock.now, std::move(text));
}

/// Returns the command in the message of a PUBLISH. If there is none, it replies with an error,
/// warns the operator, and returns null.
std::unique_ptr<PreparedCommand> command_in(const Call& call, const CommandChannel& channel) {
    const auto refuse = [&](ErrorCode code, std::string_view text, std::string_view field) {
        Failure failure{code, std::string{"no message for "}.append(channel.name)};
        if (!field.empty()) failure.text.append(", field ").append(field);
        failure.text.append(": ").append(text);
        call.fail(failure);
        warn_of_message(call, failure);
    };
    const auto parsed = parse_object(call.args[2]);
    if (const auto* const bad = std::get_if<BadBody>(&parsed)) {
        refuse(ErrorCode::syntax, bad->text, bad->field);
        return nullptr;
    }
    ObjectSource source{refuse, call.server, std::get<boost::json::object>(parsed), channel.fields};
    return channel.prepare(source);
}

}  // namespace

bool execute_message(const Call& call, Lsn& saw) {
    const auto all = book_channels();
    const auto channel = std::ranges::find(all, call.args[1], &CommandChannel::name);
    if (channel == all.end()) return true;
    const auto command = command_in(call, *channel);
    if (command == nullptr) return false;
    Context context{call};
    std::string discarded;
    JsonWriter json{discarded};
    const auto [lsn, failure] = command->execute(context, json);
    saw = lsn;
    if (failure) call.fail(*failure);
    return !failure;
}

}  // namespace allot

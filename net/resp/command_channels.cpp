#include "net/resp/command_channels.hpp"

#include <algorithm>
#include <array>
#include <boost/container/static_vector.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/commands/handlers.hpp"
#include "net/commands/json_fields.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_body.hpp"

namespace allot {

namespace {

/// What a field's value is.
enum class Is : std::uint8_t { order, sku, batch, quantity, purchased, day };

/// A channel whose messages are commands: the fields that make one, in the order of its arguments.
struct CommandChannel {
    struct Field {
        std::string_view name;
        Is is;
    };
    static constexpr std::size_t fields_max = 4;

    std::string_view name;
    std::string_view verb;
    boost::container::static_vector<Field, fields_max> fields;
    Handler handler;
};

const std::array<CommandChannel, 3>& command_channels() {
    static const std::array<CommandChannel, 3> all{
        CommandChannel{"change_batch_quantity",
                       "SETQTY",
                       {{"batchref", Is::batch}, {"qty", Is::purchased}},
                       handlers::set_quantity},
        {"allocate",
         "ALLOCATE",
         {{"orderid", Is::order}, {"sku", Is::sku}, {"qty", Is::quantity}},
         handlers::allocate},
        {"add_batch",
         "ADDBATCH",
         {{"ref", Is::batch}, {"sku", Is::sku}, {"qty", Is::quantity}, {"eta", Is::day}},
         handlers::add_batch}};
    return all;
}

/// The argument that a field makes, where it keeps its rule.
std::optional<std::string> argument_of(const JsonFields& fields, CommandChannel::Field field) {
    const auto name = [](const auto& found) {
        return found ? std::optional{std::string{found->view()}} : std::nullopt;
    };
    const auto number = [](const auto& found) {
        return found ? std::optional{std::to_string(found->units())} : std::nullopt;
    };
    switch (field.is) {
        case Is::order:
            return name(fields.name<OrderId>(field.name));
        case Is::sku:
            return name(fields.name<Sku>(field.name));
        case Is::batch:
            return name(fields.name<BatchRef>(field.name));
        case Is::quantity:
            return number(fields.units<Quantity>(field.name));
        case Is::purchased:
            return number(fields.units<Purchased>(field.name));
        case Is::day:
            break;
    }
    const auto day = fields.eta_or_warehouse(field.name);
    if (!day) return {};
    return day->in_warehouse() ? "warehouse" : day->to_string();
}

/// The command, its verb first. Replies with an error where the message does not make one, and
/// gives nothing.
std::vector<std::string> words_of(const Call& call, const CommandChannel& channel) {
    const auto refuse = [&](ErrorCode code, std::string_view text, std::string_view field) {
        call.fail(code, "no message for ", channel.name, field.empty() ? ": " : ", field ", field,
                  field.empty() ? "" : ": ", text);
    };
    const auto parsed = parse_object(call.args[2]);
    if (const auto* const bad = std::get_if<BadBody>(&parsed)) {
        refuse(ErrorCode::syntax, bad->text, bad->field);
        return {};
    }
    const JsonFields fields{refuse, call.bus().repository(), std::get<boost::json::object>(parsed)};
    boost::container::static_vector<std::string_view, CommandChannel::fields_max> known;
    for (const auto& field : channel.fields) known.push_back(field.name);
    if (!fields.only(std::span{known.data(), known.size()})) return {};
    std::vector<std::string> words{std::string{channel.verb}};
    for (const auto& field : channel.fields) {
        auto argument = argument_of(fields, field);
        if (!argument) return {};
        words.push_back(std::move(*argument));
    }
    return words;
}

void warn_of_message(const Call& call, std::string_view error) {
    while (error.ends_with('\n') || error.ends_with('\r')) error.remove_suffix(1);
    std::string text{"a message that is no command was published: channel "};
    text.append(call.args[1]).append(", by ").append(call.session.peer()).append(", ");
    text.append(error.substr(1)).append("; it is ");
    append_quoted(text, {call.args[2]});
    call.hub.warnings.tell(call.hub.now, std::move(text));
}

}  // namespace

bool execute_message(Call& call, Lsn& saw) {
    const auto& all = command_channels();
    const auto* const channel = std::ranges::find(all, call.args[1], &CommandChannel::name);
    if (channel == all.end()) return true;
    std::string answer;
    ReplyWriter writer{answer};
    const auto words = words_of({call.args, call.session, call.hub, writer}, *channel);
    if (words.empty()) {
        warn_of_message(call, answer);
    } else {
        const std::vector<std::string_view> args{words.begin(), words.end()};
        Call command{args, call.session, call.hub, writer};
        saw = channel->handler(command);
    }
    if (!answer.starts_with('-')) return true;
    call.reply.raw(answer);
    return false;
}

}  // namespace allot

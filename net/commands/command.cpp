#include <array>
#include <span>
#include <string>
#include <vector>

#include "net/commands/registry.hpp"
#include "net/commands/server_commands.hpp"
#include "net/schema/container.hpp"
#include "net/text/ascii_case.hpp"

namespace allot::commands {

namespace {

std::vector<std::string_view> flag_words(const CommandSpec& spec) {
    std::vector<std::string_view> words;
    if (spec.has(flag_write)) words.emplace_back("write");
    if (spec.has(flag_read)) words.emplace_back("readonly");
    if (spec.has(flag_admin)) words.emplace_back("admin");
    if (spec.has(flag_no_auth)) words.emplace_back("no_auth");
    if (spec.has(flag_loading)) words.emplace_back("loading");
    if (spec.has(flag_fast)) words.emplace_back("fast");
    if (spec.has(flag_no_multi)) words.emplace_back("no_multi");
    return words;
}

/// Writes ten elements, as Redis 7; those about keys say that there are none.
void describe_command(ReplyWriter& reply, const CommandSpec& spec) {
    reply.array(10);
    reply.bulk(lower_case(spec.name));
    reply.integer(spec.arity());
    const auto words = flag_words(spec);
    reply.set(words.size());
    for (const std::string_view word : words) reply.value(word);
    for (int key = 0; key < 3; ++key) reply.integer(0);
    reply.set(1);
    reply.value(std::string{"@"}.append(spec.group));
    for (int hints = 0; hints < 3; ++hints) reply.array(0);
}

void document_command(ReplyWriter& reply, const CommandSpec& spec) {
    const bool has_arguments = !spec.syntax.empty();
    reply.bulk(lower_case(spec.name));
    reply.map(has_arguments ? 3 : 2);
    for (const auto& [key, text] : {std::pair{"summary", spec.summary}, {"group", spec.group}}) {
        reply.bulk(key);
        reply.bulk(text);
    }
    if (!has_arguments) return;
    // The whole syntax as one argument: it is for people, and reads best as it is.
    reply.bulk("arguments");
    reply.array(1);
    reply.map(2);
    reply.bulk("name");
    reply.bulk(spec.syntax);
    reply.bulk("type");
    reply.bulk("string");
}

std::vector<const CommandSpec*> chosen(std::span<const std::string_view> verbs) {
    std::vector<const CommandSpec*> specs;
    if (verbs.empty()) {
        for (const CommandSpec& spec : command_table()) specs.push_back(&spec);
    }
    for (const std::string_view verb : verbs) specs.push_back(command_table().find(verb));
    return specs;
}

Lsn command_info(Call& call, std::span<const std::string_view> verbs) {
    const auto specs = chosen(verbs);
    call.reply.array(specs.size());
    for (const CommandSpec* const spec : specs) {
        if (spec == nullptr) {
            call.reply.null();
        } else {
            describe_command(call.reply, *spec);
        }
    }
    return no_lsn;
}

Lsn command_count(Call& call) {
    call.reply.integer(static_cast<std::int64_t>(command_table().size()));
    return no_lsn;
}

Lsn command_list(Call& call) {
    call.reply.array(command_table().size());
    for (const CommandSpec& spec : command_table()) call.reply.bulk(lower_case(spec.name));
    return no_lsn;
}

Lsn command_docs(Call& call) {
    auto specs = chosen(call.args.subspan(2));
    std::erase(specs, nullptr);
    call.reply.map(specs.size());
    for (const CommandSpec* const spec : specs) document_command(call.reply, *spec);
    return no_lsn;
}

constexpr std::array command_subcommands = std::to_array<Subcommand>({
    {"COUNT", "", "Returns the number of commands.", 0, 0, command_count},
    {"LIST", "", "Lists the verbs of all commands.", 0, 0, command_list},
    {"INFO", "[verb ...]", "Returns the flags and arities of commands.", 0, any_number,
     [](Call& call) { return command_info(call, call.args.subspan(2)); }},
    {"DOCS", "[verb ...]", "Returns what commands do.", 0, any_number, command_docs},
});

Lsn run_command(Call& call) {
    return call.args.size() == 1 ? command_info(call, {}) : run_subcommand(call);
}

}  // namespace

constinit const CommandSpec specs::catalog = container({
    .name = "COMMAND",
    .run = run_command,
    .flags = flag_loading,
    .args_max = any_number,
    .syntax = "[COUNT|LIST|INFO|DOCS|HELP [verb ...]]",
    .reply = "as Redis replies",
    .summary = "Describes the commands for client libraries",
    .group = "server",
    .subcommands = command_subcommands,
});

}  // namespace allot::commands

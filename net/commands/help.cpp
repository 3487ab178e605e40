#include <string>
#include <vector>

#include "net/commands/registry.hpp"
#include "net/commands/server_commands.hpp"
#include "net/schema/define.hpp"
#include "net/text/escape.hpp"

namespace allot::commands {

namespace {

/// Returns a line for each command, `ALLOCATE order sku quantity [sku quantity ...]  -  what it
/// does`.
std::vector<std::string> help_lines() {
    std::vector<std::string> lines;
    for (const CommandSpec& spec : command_table()) {
        lines.push_back(usage_of(spec.name, spec.syntax).append("  -  ").append(spec.summary));
    }
    lines.emplace_back("HELP verb shows more about one command.");
    return lines;
}

std::vector<std::string> help_lines(const CommandSpec& spec) {
    return {usage_of(spec.name, spec.syntax), std::string{"  "}.append(spec.summary).append("."),
            std::string{"  Reply: "}.append(spec.reply),
            std::string{"  Group: "}.append(spec.group)};
}

Lsn run_help(Call& call) {
    const CommandSpec* const spec =
        call.args.size() > 1 ? command_table().find(call.args[1]) : nullptr;
    if (call.args.size() > 1 && spec == nullptr) {
        call.fail(ErrorCode::generic, "no command ", Quoted{call.args[1]}, "; HELP lists all");
        return no_lsn;
    }
    const auto lines = spec == nullptr ? help_lines() : help_lines(*spec);
    call.reply.array(lines.size());
    for (const std::string& line : lines) call.reply.value(line);
    return no_lsn;
}

}  // namespace

constinit const CommandSpec specs::help{
    .name = "HELP",
    .run = run_help,
    .flags = flag_loading,
    .args_max = 1,
    .syntax = "[verb]",
    .reply = "array of lines of text",
    .summary = "Explains all commands, or one",
    .group = "server",
};

}  // namespace allot::commands

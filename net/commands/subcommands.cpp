#include "net/commands/subcommands.hpp"

#include <algorithm>
#include <string>

#include "net/text/ascii_case.hpp"

namespace allot {

namespace {

Lsn list(Call& call, std::span<const Subcommand> subcommands) {
    const std::string_view verb = find_command(call.args[0])->name;
    call.reply.array(2 * subcommands.size());
    for (const Subcommand& subcommand : subcommands) {
        std::string line{verb};
        line.append(" ").append(subcommand.name);
        if (!subcommand.syntax.empty()) line.append(" ").append(subcommand.syntax);
        call.reply.value(line);
        call.reply.value(std::string{"    "}.append(subcommand.summary));
    }
    return no_lsn;
}

}  // namespace

Lsn run_subcommand(Call& call, std::span<const Subcommand> subcommands) {
    const std::string_view name = call.args[1];
    const std::string_view verb = find_command(call.args[0])->name;
    if (equal_ignoring_case(name, "HELP")) return list(call, subcommands);
    const auto found = std::ranges::find_if(subcommands, [&](const Subcommand& subcommand) {
        return equal_ignoring_case(subcommand.name, name);
    });
    if (found == subcommands.end()) {
        call.fail(ErrorCode::generic, "unknown subcommand ", Quoted{name}, ". Try ", verb,
                  " HELP.");
        return no_lsn;
    }
    const std::size_t args = call.args.size() - 2;
    if (args < found->args_min ||
        (args > found->args_max && found->args_max != CommandSpec::any_number)) {
        call.fail(ErrorCode::generic, "wrong number of arguments for '", lower_case(verb), "|",
                  lower_case(found->name), "' command: ", args, wanted_arguments(found->syntax));
        return no_lsn;
    }
    return found->handler(call);
}

}  // namespace allot

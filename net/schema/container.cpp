#include "net/schema/container.hpp"

#include <algorithm>
#include <string>

#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"

namespace allot {

namespace {

Lsn list_subcommands(Call& call) {
    const CommandSpec& spec = *call.spec;
    call.reply.array(2 * spec.subcommands.size());
    for (const Subcommand& subcommand : spec.subcommands) {
        call.reply.value(std::string{spec.name}.append(" ").append(
            usage_of(subcommand.name, subcommand.syntax)));
        call.reply.value(std::string{"    "}.append(subcommand.summary));
    }
    return no_lsn;
}

bool asks_for_help(const Call& call) { return equal_ignoring_case(call.args[1], "HELP"); }

/// Replies with an error if there is none, or it takes another number of arguments.
const Subcommand* find_subcommand(Call& call) {
    const CommandSpec& spec = *call.spec;
    const std::string_view name = call.args[1];
    const auto found = std::ranges::find_if(spec.subcommands, [&](const Subcommand& each) {
        return equal_ignoring_case(each.name, name);
    });
    if (found == spec.subcommands.end()) {
        call.fail(ErrorCode::generic, "unknown subcommand ", Quoted{name}, ". Try ", spec.name,
                  " HELP.");
        return nullptr;
    }
    const std::size_t args = call.args.size() - 2;
    if (found->accepts(args)) return &*found;
    call.fail(ErrorCode::generic, "wrong number of arguments for '", lower_case(spec.name), "|",
              lower_case(found->name), "' command: ", args, wanted_arguments(found->syntax));
    return nullptr;
}

}  // namespace

Lsn run_subcommand(Call& call) {
    if (asks_for_help(call)) return list_subcommands(call);
    const Subcommand* const subcommand = find_subcommand(call);
    return subcommand == nullptr ? no_lsn : subcommand->run(call);
}

bool check_subcommand(Call& call) {
    // COMMAND may come without one.
    return call.args.size() < 2 || asks_for_help(call) || find_subcommand(call) != nullptr;
}

}  // namespace allot

#pragma once

#include "net/schema/call.hpp"

namespace allot {

/// Executes the subcommand that args[1] names, or `HELP`, which every command with subcommands has.
Lsn run_subcommand(Call& call);

/// Returns true if there is such a subcommand and it takes so many arguments; otherwise replies
/// with an error.
[[nodiscard]] bool check_subcommand(Call& call);

/// Completes a command with the fields that follow from its subcommands.
constexpr CommandSpec container(CommandSpec spec) {
    if (spec.run == nullptr) spec.run = run_subcommand;
    spec.check = check_subcommand;
    if (spec.args_max == 0) spec.args_min = 1;
    spec.args_max = any_number;
    return spec;
}

}  // namespace allot

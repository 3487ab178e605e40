#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/commands/command_table.hpp"
#include "net/core/call.hpp"

namespace allot {

/// A command whose first argument says what it does.
struct Subcommand {
    std::string_view name;  ///< in capitals
    std::string_view syntax;
    std::string_view summary;
    std::uint16_t args_min;  ///< after the subcommand
    std::uint16_t args_max;  ///< CommandSpec::any_number: no bound
    Handler handler;
};

/// Executes the subcommand in args[1], or `HELP`, which every such command has.
Lsn run_subcommand(Call& call, std::span<const Subcommand> subcommands);

}  // namespace allot

#pragma once

#include "net/schema/command_table.hpp"

namespace allot {

/// All commands, by group; within a group, in the order of HELP.
[[nodiscard]] const CommandTable& command_table() noexcept;

}  // namespace allot

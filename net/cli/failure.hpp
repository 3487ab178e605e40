#pragma once

#include <exception>
#include <string>

#include "net/cli/command.hpp"

namespace allot::program {

/// What has gone wrong in a command, and what the user can do about it: one line without its end,
/// made fit for a terminal. A store that is in use is named with its process, where that is known;
/// one that is damaged, with the commands that are for it.
[[nodiscard]] std::string explained(const std::exception& error, const Command& command,
                                    const Settings& settings);

}  // namespace allot::program

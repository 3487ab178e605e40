#pragma once

#include <exception>
#include <string>

#include "net/cli/command.hpp"

namespace allot::program {

/// Returns the error of a command with advice for the user: one line without its end, escaped for a
/// terminal. If a store is in use, it names the process, if known; if a store is damaged, the
/// commands for that.
[[nodiscard]] std::string explained(const std::exception& error, const Command& command,
                                    const Settings& settings);

}  // namespace allot::program

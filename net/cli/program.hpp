#pragma once

#include <span>
#include <string>

#include "net/cli/io/console.hpp"

namespace allot::program {

/// Runs the program `allot` in this process. Errors are written to `console.err`.
/// \param arguments without the program's name.
/// \return the exit code: 0 done, 1 failed, 2 called wrongly.
int run(std::span<const std::string> arguments, const Environment& environment, Console& console);

}  // namespace allot::program

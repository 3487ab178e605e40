#pragma once

#include <iosfwd>
#include <map>
#include <string>

namespace allot::program {

using Environment = std::map<std::string, std::string>;

/// Where the program writes, so that it can be run without a process.
struct Console {
    std::ostream& out;             ///< what was asked for
    std::ostream& err;             ///< logs, errors, progress
    bool err_is_terminal = false;  ///< and then shows progress
};

}  // namespace allot::program

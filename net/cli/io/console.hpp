#pragma once

#include <iosfwd>
#include <map>
#include <string>

namespace allot::program {

class LogQueue;

using Environment = std::map<std::string, std::string>;

/// Where the program writes, so that it can be run without a process.
struct Console {
    std::ostream& out;             ///< what was asked for
    std::ostream& err;             ///< logs, errors, progress
    bool err_is_terminal = false;  ///< and then shows progress
    int err_descriptor = -1;       ///< of `err`, where it has one
    LogQueue* log = nullptr;       ///< what `err` writes to while a server runs
};

}  // namespace allot::program

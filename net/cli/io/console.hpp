#pragma once

#include <iosfwd>
#include <map>
#include <string>

namespace allot::program {

class LogQueue;

using Environment = std::map<std::string, std::string>;

/// The outputs of the program, so that a test can run it in its own process.
struct Console {
    std::ostream& out;             ///< results
    std::ostream& err;             ///< logs, errors, progress
    bool err_is_terminal = false;  ///< true: progress is shown
    int err_descriptor = -1;       ///< file descriptor of `err`; -1: none
    LogQueue* log = nullptr;       ///< receives the text of `err` while a server runs
};

}  // namespace allot::program

#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "net/cli/program.hpp"

namespace allot::testing {

/// The default environment of a test: stores with small files.
inline const program::Environment small_files = {{"ALLOT_SEGMENT_SIZE", "64KiB"}};

/// One run of the program, without a process.
struct ProgramRun {
    int code;
    std::string out;
    std::string err;
};

inline ProgramRun run_program(const std::vector<std::string>& arguments,
                              const program::Environment& environment = small_files) {
    std::ostringstream out;
    std::ostringstream err;
    program::Console console{out, err};
    const int code = program::run(arguments, environment, console);
    return {code, out.str(), err.str()};
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace allot::testing

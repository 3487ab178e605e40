#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string_view>
#include <vector>

#include "net/program/program.hpp"

namespace {

allot::program::Environment environment_of_process() {
    allot::program::Environment environment;
    for (char** at = environ; *at != nullptr; ++at) {
        const std::string_view entry{*at};
        const std::size_t equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return environment;
}

}  // namespace

int main(int argc, char** argv) {
    // A closed pipe and a full disk quota come back as errors of the call that met them.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    allot::program::Console console{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
    const std::vector<std::string> arguments{argv + 1, argv + argc};
    return allot::program::run(arguments, environment_of_process(), console);
}

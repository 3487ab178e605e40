#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <string_view>
#include <vector>

#include "net/cli/program.hpp"

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

/// Opens /dev/null for each standard stream that the caller has closed. Otherwise the next file,
/// perhaps a journal, would get its number and its output.
void open_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) == -1) (void)::open("/dev/null", O_RDWR);
    }
}

}  // namespace

int main(int argc, char** argv) {
    // A closed pipe and a full disk quota become errors of the call.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    open_standard_streams();
    allot::program::Console console{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1,
                                    STDERR_FILENO};
    const std::vector<std::string> arguments{argv + 1, argv + argc};
    return allot::program::run(arguments, environment_of_process(), console);
}

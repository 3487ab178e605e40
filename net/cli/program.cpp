#include "net/cli/program.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <stdexcept>
#include <vector>

#include "net/cli/command.hpp"
#include "net/cli/csv/diagnostics.hpp"
#include "net/cli/failure.hpp"
#include "net/cli/help.hpp"
#include "net/cli/io/files.hpp"
#include "net/cli/io/log_queue.hpp"
#include "net/cli/io/logger.hpp"
#include "net/text/escape.hpp"

namespace allot::program {
namespace {

constexpr std::array commands = {&serve_command,  &allocate_command, &import_command,
                                 &export_command, &check_command,    &repair_command,
                                 &dump_command,   &backup_command,   &restore_command};

const Command& find_command(std::string_view name) {
    const auto found =
        std::ranges::find(commands, name, [](const Command* each) { return each->syntax.name; });
    if (found != commands.end()) return **found;
    throw UsageError{"'" + escaped_short(name) +
                     "': there is no such command; allot --help lists them"};
}

/// All options of all commands: a file or a variable may set each of them, whichever command runs.
std::vector<Option> known_options() {
    std::vector<Option> known;
    for (const Command* const command : commands) {
        for (const Option& option : command->syntax.options) {
            if (find_option(known, option.name) == nullptr) known.push_back(option);
        }
    }
    return known;
}

/// A failure whose text is one line for a terminal already.
class Explained : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

int run_command(const Command& command, std::span<const std::string> arguments,
                const Environment& environment, Console& console) {
    const std::vector<Option> known = known_options();
    const Settings settings = read_settings(
        command.syntax,
        {.arguments = arguments,
         .environment = environment,
         .known = known,
         .read_file = [](const std::string& path) { return read_file(path); },
         .warning =
             [&](const std::string& text) { console.err << "allot: warning: " << text << '\n'; }});
    if (settings.is_on("help")) {
        print_help(command.syntax, console.out);
        return exit_code::ok;
    }
    if (command.check != nullptr) command.check(settings);
    if (settings.is_on("print-config")) {
        settings.print(console.out);
        return exit_code::ok;
    }
    try {
        return command.run(settings, console);
    } catch (const UsageError&) {
        throw;
    } catch (const BadInput&) {
        throw;
    } catch (const std::exception& error) {
        throw Explained{explained(error, command, settings)};
    }
}

int help(std::span<const std::string> arguments, Console& console) {
    if (arguments.empty()) {
        print_help(commands, console.out);
    } else {
        print_help(find_command(arguments.front()).syntax, console.out);
    }
    return exit_code::ok;
}

int dispatch(std::span<const std::string> arguments, const Environment& environment,
             Console& console) {
    if (arguments.empty()) {
        print_help(commands, console.err);
        return exit_code::usage;
    }
    const std::string& name = arguments.front();
    const auto rest = arguments.subspan(1);
    if (name == "help" || name == "--help" || name == "-h") return help(rest, console);
    if (name == "--version") {
        console.out << "allot " << ALLOT_VERSION << '\n';
        return exit_code::ok;
    }
    if (name == "manual") {
        print_manual(commands, console.out);
        return exit_code::ok;
    }
    return run_command(find_command(name), rest, environment, console);
}

int run_and_report(std::span<const std::string> arguments, const Environment& environment,
                   Console& console) {
    const std::string name = arguments.empty() ? "allot" : "allot " + escaped(arguments.front());
    try {
        const int code = dispatch(arguments, environment, console);
        console.out.flush();
        if (console.out) return code;
        console.err << name << ": cannot write to standard output\n";
    } catch (const UsageError& error) {
        console.err << name << ": " << error.what() << '\n';
        return exit_code::usage;
    } catch (const BadInput& error) {
        error.diagnostics().print(console.err);
        console.err << name << ": " << error.what() << '\n';
    } catch (const Explained& error) {
        console.err << name << ": " << error.what() << '\n';
    } catch (const std::exception& error) {
        console.err << name << ": " << escaped(error.what()) << '\n';
    }
    return exit_code::failed;
}

/// For a server: it must not wait for a reader of its log, neither while it runs nor at its end.
int run_with_queue(std::span<const std::string> arguments, const Environment& environment,
                   Console& console) {
    const auto write_to_stream = [&err = console.err](std::string_view text) -> std::size_t {
        err.clear();
        return err.write(text.data(), static_cast<std::streamsize>(text.size())).flush()
                   ? text.size()
                   : 0;
    };
    LogQueue queue{
        console.err_descriptor < 0 ? write_to_stream : write_to_descriptor(console.err_descriptor),
        lost_log_lines};
    LogBuffer buffer{queue};
    std::ostream err{&buffer};
    Console queued{console.out, err, console.err_is_terminal, console.err_descriptor, &queue};
    const int code = run_and_report(arguments, environment, queued);
    err.flush();
    return code;
}

}  // namespace

std::span<const Command* const> all_commands() noexcept { return commands; }

int run(std::span<const std::string> arguments, const Environment& environment, Console& console) {
    const bool serves = !arguments.empty() && arguments.front() == serve_command.syntax.name;
    return serves ? run_with_queue(arguments, environment, console)
                  : run_and_report(arguments, environment, console);
}

}  // namespace allot::program

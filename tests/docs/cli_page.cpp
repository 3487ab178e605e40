#include "tests/docs/cli_page.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

#include "net/cli/command.hpp"
#include "tests/docs/markdown.hpp"

namespace allot::docs {

namespace {

using program::Option;
using program::Syntax;

std::string name_of(const Option& option) {
    if (option.from == Option::From::environment_only) return program::variable_of(option.name);
    std::string text = "--" + std::string{option.name};
    if (!option.is_switch()) text.append(" ").append(option.value);
    return text;
}

void add_option(const Option& option, std::ostream& to) {
    to << "| `" << cell(name_of(option)) << "` | ";
    if (!option.fallback.empty()) to << '`' << cell(option.fallback) << '`';
    to << " | " << cell(option.help);
    if (option.repeatable) to << " (repeatable)";
    to << " |\n";
}

void add_options(std::span<const Option> options, std::ostream& to) {
    std::string_view group;
    bool is_first = true;
    for (const Option& option : options) {
        const std::string_view heading = option.group.empty() ? "Options" : option.group;
        if (is_first || heading != group) {
            to << "\n| " << heading << " | default | |\n|---|---|---|\n";
        }
        is_first = false;
        group = heading;
        add_option(option, to);
    }
}

void add_command(const Syntax& syntax, std::ostream& to) {
    to << "\n## allot " << syntax.name << "\n\n    allot " << syntax.name << " [option...]"
       << (syntax.operands.empty() ? "" : " ") << syntax.operands << "\n\n"
       << syntax.summary << ".\n\n"
       << syntax.details << '\n';
    std::vector<Option> own;
    std::ranges::remove_copy_if(syntax.options, std::back_inserter(own), program::is_general);
    add_options(own, to);
    if (syntax.examples.empty()) return;
    to << "\nExamples:\n\n";
    std::istringstream lines{std::string{syntax.examples}};
    for (std::string line; std::getline(lines, line);) to << "    " << line << '\n';
}

}  // namespace

std::string cli_page() {
    std::ostringstream to;
    to << "# The command line\n\n"
          "`./dev docs` generates this page from the program. `allot COMMAND --help` prints the "
          "same for one\ncommand, and `allot manual | man -l -` shows it as a manual page. "
          "[running.md](running.md)\nsays how to set an option in the environment or in a file.\n";
    to << "\n## Options of every command\n";
    add_options(program::general_options, to);
    for (const program::Command* const command : program::all_commands()) {
        add_command(command->syntax, to);
    }
    return to.str();
}

}  // namespace allot::docs

#include "net/cli/help.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <iomanip>
#include <ostream>
#include <string>
#include <vector>

namespace allot::program {
namespace {

namespace po = boost::program_options;

bool is_secret(const Option& option) { return option.from == Option::From::environment_only; }

void add(const Option& option, po::options_description& group) {
    const std::string name = std::string{option.name} + (option.name == "help" ? ",h" : "");
    std::string help{option.help};
    if (option.repeatable) help += " (repeatable)";
    if (!option.fallback.empty()) help += " (default: " + std::string{option.fallback} + ")";
    if (option.is_switch()) {
        group.add_options()(name.c_str(), help.c_str());
    } else {
        auto* const value = po::value<std::string>()->value_name(std::string{option.value});
        group.add_options()(name.c_str(), value, help.c_str());
    }
}

/// The options by their groups, which come in the order of their first options.
po::options_description described(std::span<const Option> options) {
    std::vector<std::string_view> names;
    for (const Option& option : options) {
        if (std::ranges::find(names, option.group) == names.end()) names.push_back(option.group);
    }
    po::options_description all;
    for (const std::string_view name : names) {
        po::options_description group{name.empty() ? "Options" : std::string{name}};
        for (const Option& option : options) {
            if (option.group == name && !is_secret(option)) add(option, group);
        }
        all.add(group);
    }
    return all;
}

void print_secrets(std::span<const Option> options, std::ostream& to) {
    if (std::ranges::none_of(options, is_secret)) return;
    to << "\nFrom the environment only, because every user can read a command line:\n";
    for (const Option& option : options) {
        if (!is_secret(option)) continue;
        to << "  " << std::left << std::setw(22) << variable_of(option.name) << ' ' << option.help
           << '\n';
    }
}

void print_examples(std::string_view examples, std::ostream& to) {
    if (examples.empty()) return;
    to << "\nExamples:\n";
    while (!examples.empty()) {
        const std::size_t end = examples.find('\n') + 1;
        to << "  " << examples.substr(0, end);
        examples.remove_prefix(end);
    }
}

}  // namespace

void print_help(std::span<const Command* const> commands, std::ostream& to) {
    to << "usage: allot COMMAND [OPTION...] [OPERAND...]\n\n"
          "Decides from which batch of stock an order line ships, and never sells a unit twice.\n\n"
          "Commands:\n";
    for (const Command* const command : commands) {
        to << "  " << std::left << std::setw(10) << command->syntax.name << command->syntax.summary
           << '\n';
    }
    to << "  " << std::setw(10) << "help"
       << "show this help, or with a COMMAND its own\n"
       << "  " << std::setw(10) << "manual"
       << "print the manual page: allot manual | man -l -\n\n"
          "allot --version prints the version; allot COMMAND --help (or -h) shows a command's "
          "options.\n"
          "A flag overrides the environment (--data is ALLOT_DATA), which overrides the file that\n"
          "--config or ALLOT_CONFIG names; --print-config shows the effective settings.\n"
          "Exit codes: 0 done, 1 failed, 2 called or configured wrongly.\n";
}

void print_help(const Syntax& syntax, std::ostream& to) {
    to << "usage: allot " << syntax.name << " [OPTION...]";
    if (!syntax.operands.empty()) to << ' ' << syntax.operands;
    to << "\n\n" << syntax.summary << ".\n";
    if (!syntax.details.empty()) to << '\n' << syntax.details << '\n';
    to << described(syntax.options);
    print_secrets(syntax.options, to);
    print_examples(syntax.examples, to);
}

}  // namespace allot::program

#include "net/program/help.hpp"

#include <boost/program_options.hpp>
#include <iomanip>
#include <ostream>

namespace allot::program {
namespace {

namespace po = boost::program_options;

po::options_description described(std::span<const Option> options) {
    po::options_description all{"Options"};
    for (const Option& option : options) {
        if (option.from == Option::From::environment_only) continue;
        const std::string name{option.name};
        std::string help{option.help};
        if (option.repeatable) help += " (repeatable)";
        if (!option.fallback.empty()) help += " (default: " + std::string{option.fallback} + ")";
        if (option.is_switch()) {
            all.add_options()(name.c_str(), help.c_str());
        } else {
            auto* const value = po::value<std::string>()->value_name(std::string{option.value});
            all.add_options()(name.c_str(), value, help.c_str());
        }
    }
    return all;
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
          "allot --version tells the version; allot COMMAND --help shows a command's options.\n"
          "A flag beats the environment (--data is ALLOT_DATA), that beats the file that --config\n"
          "or ALLOT_CONFIG names, and that the default; --print-config shows what is in force.\n"
          "Exit codes: 0 done, 1 failed, 2 called or configured wrongly.\n";
}

void print_help(const Syntax& syntax, std::ostream& to) {
    to << "usage: allot " << syntax.name << " [OPTION...]";
    if (!syntax.operands.empty()) to << ' ' << syntax.operands;
    to << "\n\n" << syntax.summary << ".\n";
    if (!syntax.details.empty()) to << '\n' << syntax.details << '\n';
    to << '\n' << described(syntax.options);
}

}  // namespace allot::program

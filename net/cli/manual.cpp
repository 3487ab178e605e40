#include <ostream>

#include "net/cli/help.hpp"
#include "net/commands/registry.hpp"

namespace allot::program {
namespace {

/// Returns text as roff, with markup escaped, so that a line begins no request.
std::string roff(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '\\') {
            safe += "\\e";
        } else if (c == '-') {
            safe += "\\-";
        } else if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n')) {
            safe += "\\&";
            safe += c;
        } else {
            safe += c;
        }
    }
    return safe;
}

void print_option(const Option& option, std::ostream& to) {
    if (option.from == Option::From::environment_only) {
        to << ".TP\n.B " << roff(variable_of(option.name)) << "\n"
           << roff(option.help) << " (in the environment only)\n";
        return;
    }
    to << ".TP\n.B \\-\\-" << roff(option.name);
    if (!option.is_switch()) to << " \\fI" << roff(option.value) << "\\fR";
    to << '\n' << roff(option.help);
    if (option.repeatable) to << " (repeatable)";
    if (!option.fallback.empty()) to << " (default: " << roff(option.fallback) << ')';
    to << '\n';
}

void print_command(const Syntax& syntax, std::ostream& to) {
    to << ".SS allot " << roff(syntax.name) << " [\\fIoption\\fR...] " << roff(syntax.operands)
       << '\n'
       << roff(syntax.summary) << ".\n.PP\n"
       << roff(syntax.details) << '\n';
    std::string_view group;
    for (const Option& option : syntax.options) {
        if (option.group != group) to << ".PP\n.I " << roff(option.group) << '\n';
        group = option.group;
        if (!is_general(option)) print_option(option, to);
    }
    if (!syntax.examples.empty()) {
        to << ".PP\nExamples:\n.PP\n.nf\n" << roff(syntax.examples) << ".fi\n";
    }
}

/// A command of the protocols.
void print_command(const CommandSpec& spec, std::ostream& to) {
    to << ".TP\n.B " << spec.name;
    if (!spec.syntax.empty()) to << " \\fR\\fI" << roff(spec.syntax) << "\\fR";
    to << '\n' << roff(spec.summary) << ".\nReply: " << roff(spec.reply) << ".\n";
}

}  // namespace

void print_manual(std::span<const Command* const> commands, std::ostream& to) {
    to << R"(.TH ALLOT 1 "" "allot )" << ALLOT_VERSION << R"(" "User Commands"
.SH NAME
allot \- decides from which batch of stock an order line ships
.SH SYNOPSIS
.B allot
.I command
.RI [ option ...]
.RI [ operand ...]
.SH OPTIONS OF EVERY COMMAND
)";
    for (const Option& option : general_options) print_option(option, to);
    to << R"(.PP
A flag overrides the environment, which overrides the configuration file.
The variable of
.B \-\-data
is
.BR ALLOT_DATA ,
its key in a file
.BR data .
A secret is read from a file, or from the environment, and never from the command line.
.SH SUBCOMMANDS
)";
    for (const Command* const command : commands) print_command(command->syntax, to);
    to << R"(.SH PROTOCOL
The commands of
.BR "allot serve" ,
as a line or in RESP:
.SH COMMANDS
)";
    for (const CommandSpec& spec : command_table()) print_command(spec, to);
    to << R"(.SH EXIT STATUS
0 done, 1 failed, 2 called or configured wrongly.
)";
}

}  // namespace allot::program

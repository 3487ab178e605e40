#pragma once

#include <iosfwd>
#include <span>

#include "net/cli/command.hpp"

namespace allot::program {

void print_help(std::span<const Command* const> commands, std::ostream& to);
void print_help(const Syntax& syntax, std::ostream& to);
/// Prints the manual page of the program and its protocol, as roff for `man -l -`.
void print_manual(std::span<const Command* const> commands, std::ostream& to);

}  // namespace allot::program

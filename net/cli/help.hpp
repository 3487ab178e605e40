#pragma once

#include <iosfwd>
#include <span>

#include "net/cli/command.hpp"

namespace allot::program {

/// The help of the program: its commands.
void print_help(std::span<const Command* const> commands, std::ostream& to);
/// The help of one command: what it does and its options.
void print_help(const Syntax& syntax, std::ostream& to);
/// The manual page of the program and of the protocol that it serves, as roff for `man -l -`.
void print_manual(std::span<const Command* const> commands, std::ostream& to);

}  // namespace allot::program

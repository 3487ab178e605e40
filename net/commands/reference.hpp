#pragma once

#include <string>
#include <vector>

#include "net/commands/command_table.hpp"

namespace allot {

// The command table, told in other forms.

/// For HELP: a line a command, `ALLOCATE order sku qty [sku qty ...]  what it does`.
[[nodiscard]] std::vector<std::string> help_lines();
/// For HELP with a verb.
[[nodiscard]] std::vector<std::string> help_lines(const CommandSpec& spec);

/// The table of net/resp/PROTOCOL.md, in Markdown, lines ended by LF.
[[nodiscard]] std::string markdown_table();

/// The section COMMANDS of a manual page, in roff (man macros).
[[nodiscard]] std::string manual_page();

}  // namespace allot

#pragma once

#include <string>
#include <vector>

#include "net/commands/registry.hpp"

namespace allot {

// The command table, told in other forms.

/// For HELP: a line a command, `ALLOCATE order sku quantity [sku quantity ...]  what it does`.
[[nodiscard]] std::vector<std::string> help_lines();
/// For HELP with a verb.
[[nodiscard]] std::vector<std::string> help_lines(const CommandSpec& spec);

/// The table of net/resp/PROTOCOL.md, in Markdown, lines ended by LF.
[[nodiscard]] std::string markdown_table();

/// The tables of net/http/HTTP.md, likewise: the routes beside the book's, and the book's.
[[nodiscard]] std::string route_table();
[[nodiscard]] std::string book_route_table();
/// And the commands that may be operations of a transaction.
[[nodiscard]] std::string operation_table();

/// The section COMMANDS of a manual page, in roff (man macros).
[[nodiscard]] std::string manual_page();

}  // namespace allot

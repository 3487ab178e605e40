#pragma once

#include <string>

namespace allot::docs {

// Tables of the protocol documents, in Markdown, generated from the table of commands and routes.
// Lines end with LF.

/// The commands, for net/resp/PROTOCOL.md.
[[nodiscard]] std::string command_table();

/// The routes except the book's, the book's, and the operations of a transaction, for
/// net/http/HTTP.md.
[[nodiscard]] std::string route_table();
[[nodiscard]] std::string book_route_table();
[[nodiscard]] std::string operation_table();

}  // namespace allot::docs

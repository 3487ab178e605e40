#pragma once

#include "net/cli/import.hpp"
#include "net/cli/remote/remote.hpp"

namespace allot::program {

/// Imports the rows into a running server's stock, in the order of import_rows(). Rows that
/// contradict the server's batches and SKUs are reported before anything changes. After that each
/// row is executed by itself, since other clients may change the stock meanwhile; if rows of a file
/// are refused, the files after it are not sent. \throws BadInput when nothing has changed;
/// otherwise std::runtime_error with the number of rows done.
Imported import_to(Remote& remote, const ImportRows& rows, OrdersAre orders, Console& console);

}  // namespace allot::program

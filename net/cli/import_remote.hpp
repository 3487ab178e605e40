#pragma once

#include "net/cli/import.hpp"
#include "net/cli/remote/remote.hpp"

namespace allot::program {

/// Brings the rows into a running server's stock, as import_rows() does into a store: batches
/// first, then lines where they were allocated before, then order lines. What contradicts the
/// batches and SKUs that the server has is named before anything changes. After that each row
/// stands for itself, for others may change the stock meanwhile: where rows are refused, those
/// after their file are not sent. \throws BadInput when nothing has changed; otherwise
/// std::runtime_error with the number of rows done.
Imported import_to(Remote& remote, const ImportRows& rows, OrdersAre orders, Console& console);

}  // namespace allot::program

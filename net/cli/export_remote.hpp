#pragma once

#include "net/cli/csv/stock_rows.hpp"
#include "net/cli/remote/remote.hpp"

namespace allot::program {

/// The stock of a server, as it was at one moment.
struct RemoteStock {
    StockRows rows;
    Lsn as_of = 0;  ///< all up to this fact is in it, and nothing after it
};

/// Lists a server's stock some rows at a time, while it serves others, and then follows the facts
/// that came in the meantime, so that the rows are a state that the store had.
/// \throws LinkError, RemoteError; also where the server's journal was pruned so far meanwhile that
/// these facts are gone.
[[nodiscard]] RemoteStock read_stock(Remote& remote, Console& console);

}  // namespace allot::program

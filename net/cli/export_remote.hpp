#pragma once

#include <chrono>

#include "net/cli/csv/stock_rows.hpp"
#include "net/cli/remote/remote.hpp"

namespace allot::program {

/// The stock of a server, as it was at one moment.
struct RemoteStock {
    /// The time for which the feed may send nothing that it should.
    static constexpr std::chrono::seconds silence_max{60};

    StockRows rows;
    Lsn as_of = 0;  ///< the stock is that after this fact
};

/// Lists a server's stock some rows at a time, while the server executes other commands, and then
/// applies the facts recorded meanwhile, so that the result is a state that the store had.
/// \throws LinkError, RemoteError; also if the server no longer keeps these facts.
[[nodiscard]] RemoteStock read_stock(Remote& remote, Console& console);

}  // namespace allot::program

#pragma once

#include "net/core/figures.hpp"
#include "net/core/server_context.hpp"

namespace allot {

/// The figures of a server as they are now, whether durable or not, and those of its storage.
/// While the store is being opened those of the stock and of the storage are missing.
/// Locks the backend's mutex. \pre the calling thread does not hold it.
[[nodiscard]] Figures server_figures(const ServerContext& context);

}  // namespace allot

#pragma once

#include "net/core/figures.hpp"
#include "net/core/server_context.hpp"

namespace allot {

/// Returns the figures of a server as they are now, whether durable or not, and those of its
/// storage. While the store is being opened, the figures of stock and storage are missing. Locks
/// the backend's mutex. \pre the calling thread does not hold it.
[[nodiscard]] Figures server_figures(const ServerContext& context);

}  // namespace allot

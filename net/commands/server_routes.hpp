#pragma once

#include <span>

#include "net/schema/spec.hpp"

namespace allot {

/// What HTTP has beside the commands: transactions, probes, metrics and the description of itself.
/// net/http answers them.
[[nodiscard]] std::span<const RouteSpec> server_routes() noexcept;

}  // namespace allot

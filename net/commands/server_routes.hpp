#pragma once

#include <span>

#include "net/schema/spec.hpp"

namespace allot {

/// The routes that belong to no command: transactions, probes, metrics and the OpenAPI description.
/// net/http executes them.
[[nodiscard]] std::span<const RouteSpec> server_routes() noexcept;

}  // namespace allot

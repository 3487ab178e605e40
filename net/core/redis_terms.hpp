#pragma once

#include <string>
#include <string_view>

#include "net/core/figures.hpp"
#include "net/core/server_context.hpp"

namespace allot {

// The properties of a Redis that client libraries ask for when they connect.

/// The version of Redis whose commands on connections and channels are followed: client libraries
/// compare it to learn what they may send. Allot's own version is `allot_version`.
inline constexpr std::string_view redis_version = "7.2.0";

/// Returns a random id in the form of Redis: 40 hexadecimal digits.
[[nodiscard]] std::string random_run_id();

/// Adds the figures that tell client libraries the kind of server: a master without replicas, whose
/// offset is the last durable LSN.
void add_redis_terms(Figures& to, const ServerContext& context);

}  // namespace allot

#pragma once

#include <string>
#include <string_view>

#include "net/core/figures.hpp"
#include "net/core/server_context.hpp"

namespace allot {

// What client libraries ask of a Redis when they connect, and what is true of Allot in these terms.

/// The version of Redis whose commands on connections and channels are followed: client libraries
/// compare it to learn what they may send. Allot's own version is `allot_version`.
inline constexpr std::string_view redis_version = "7.2.0";

/// At random, in the form of Redis's ids: 40 hexadecimal digits.
[[nodiscard]] std::string random_run_id();

/// Adds figures by which client libraries learn what they speak to: a master without replicas,
/// whose offset is the last durable LSN.
void add_redis_terms(Figures& to, const ServerContext& context);

}  // namespace allot

#pragma once

#include <string>
#include <string_view>

#include "net/backend.hpp"
#include "net/hub.hpp"

namespace allot {

// What client libraries ask of a Redis when they connect, and what is true of Allot in these terms.

/// The version of Redis whose commands on connections and channels are followed: client libraries
/// compare it to learn what they may send. Allot's own version is `allot_version`.
inline constexpr std::string_view redis_version = "7.2.0";

/// At random, in the form of Redis's ids: 40 hexadecimal digits.
[[nodiscard]] std::string random_id();

/// In INFO: a master without replicas, whose offset is the last durable LSN.
[[nodiscard]] InfoSection replication_section(const Hub& hub);
[[nodiscard]] InfoSection cluster_section();

}  // namespace allot

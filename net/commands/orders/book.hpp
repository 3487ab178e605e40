#pragma once

#include <span>

#include "net/schema/spec.hpp"

namespace allot {

/// A channel whose messages are commands.
struct CommandChannel {
    std::string_view name;
    std::span<const Field> fields;
    Prepare prepare;
};

// The service that Percival and Gregory build in "Architecture Patterns with Python": its three
// routes outside /v1, with its statuses and bodies, and its channels. They keep its field names.

[[nodiscard]] std::span<const RouteSpec> book_routes() noexcept;
[[nodiscard]] std::span<const CommandChannel> book_channels() noexcept;

}  // namespace allot

#pragma once

#include <optional>
#include <utility>

#include "net/core/server_context.hpp"

namespace allot::test {

/// The context of a server whose store is open.
class OpenContext : private Loading, public ServerContext {
public:
    explicit OpenContext(Backend backend, SessionLimits within = {},
                         std::optional<Password> secret = {})
        : ServerContext{static_cast<const Loading&>(*this), within, std::move(secret)} {
        open(std::move(backend));
    }
};

}  // namespace allot::test

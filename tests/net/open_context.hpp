#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "net/commands/registry.hpp"
#include "net/core/server_context.hpp"

namespace allot::test {

/// The context of a server whose store is open.
class OpenContext : private Loading, public ServerContext {
public:
    explicit OpenContext(Backend backend, SessionLimits within = {},
                         std::optional<Password> secret = {})
        : ServerContext{command_table(), static_cast<const Loading&>(*this), within,
                        std::move(secret)} {
        open(std::move(backend));
    }

    [[nodiscard]] const VerbCounters& counted(std::string_view verb) const {
        return counters.verbs[commands.index_of(commands.find(verb))];
    }
};

}  // namespace allot::test

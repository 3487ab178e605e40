#include "net/core/server_context.hpp"

#include <algorithm>

namespace allot {

std::uint64_t ServerContext::enter(Session& session) {
    sessions_.push_back({++last_id_, &session});
    return last_id_;
}

void ServerContext::leave(std::uint64_t id) noexcept {
    sessions_.erase(std::ranges::lower_bound(sessions_, id, {}, &Entered::id));
}

}  // namespace allot

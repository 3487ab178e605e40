#include "net/hub.hpp"

#include <algorithm>

#include "net/session.hpp"

namespace allot {

std::uint64_t Hub::enter(Session& session) {
    sessions_.push_back(&session);
    return ++last_id_;
}

void Hub::leave(const Session& session) noexcept {
    const auto at = std::ranges::lower_bound(sessions_, session.id(), {}, &Session::id);
    sessions_.erase(at);
}

}  // namespace allot

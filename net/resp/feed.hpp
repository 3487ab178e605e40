#pragma once

#include <cstddef>

#include "net/schema/call.hpp"

namespace allot {

/// What a FEED asks for.
struct FeedRequest {
    Lsn from;
    std::size_t most;  ///< facts
};

/// Replies with a cursor and the facts from `from` on, within the limits of a reply; or with an
/// error if they are trimmed, or `from` is ahead of the history.
/// \return false when there is nothing to show yet: then nothing was appended.
bool reply_with_facts(const Call& call, const FeedRequest& request);
/// Replies with the cursor alone.
void reply_without_facts(const Call& call, const FeedRequest& request);

}  // namespace allot

#pragma once

#include <cstddef>

#include "net/schema/call.hpp"

namespace allot {

/// The parameters of a FEED.
struct FeedRequest {
    Lsn from;
    std::size_t most;  ///< limit of the number of facts
};

/// Replies with a cursor and the facts from `from` on, within the limits of a reply; or with an
/// error if they are trimmed, or `from` is ahead of the history.
/// \return false, with nothing appended, if there is nothing to show yet.
bool reply_with_facts(const Call& call, const FeedRequest& request);
/// Replies with the cursor alone.
void reply_without_facts(const Call& call, const FeedRequest& request);

}  // namespace allot

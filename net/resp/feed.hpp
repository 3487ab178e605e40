#pragma once

#include <cstddef>

#include "net/schema/call.hpp"

namespace allot {

/// What a FEED asks for.
struct FeedRequest {
    Lsn from;
    std::size_t most;  ///< facts
};

/// Replies with a cursor to carry on after and the facts from `from` on: so many, and so many
/// bytes, as one reply may have; or with an error where they are trimmed, or would be ahead of all
/// that has happened. \return false when there is nothing to show yet: then nothing was appended.
bool reply_with_facts(const Call& call, const FeedRequest& request);
/// Replies with the cursor alone.
void reply_without_facts(const Call& call, const FeedRequest& request);

}  // namespace allot

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/call.hpp"

namespace allot {

/// What a FEED asks for.
struct FeedRequest {
    Lsn from;
    std::size_t most;  ///< facts
};

/// How far a reader says that it has come.
struct FeedPosition {
    Lsn lsn;                             ///< of the last fact that it has seen
    std::optional<HistoryId> history{};  ///< that this was written in; none: it does not say
};
/// Reads `<history>:<LSN>`, or an LSN alone. \return none for any other text; no_position_text()
/// says what is wrong with it.
[[nodiscard]] std::optional<FeedPosition> feed_position(std::string_view text);

/// Replies with a cursor to carry on after and the facts from `from` on: so many, and so many
/// bytes, as one reply may have; or with an error where they are trimmed, or would be ahead of all
/// that has happened. \return false when there is nothing to show yet: then nothing was appended.
bool reply_with_facts(const Call& call, const FeedRequest& request);
/// Replies with the cursor alone.
void reply_without_facts(const Call& call, const FeedRequest& request);

}  // namespace allot

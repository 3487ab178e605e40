#pragma once

#include <optional>
#include <string_view>

#include "engine/history.hpp"

namespace allot {

/// How far a reader says that it has come.
struct FeedPosition {
    Lsn lsn;                             ///< of the last fact that it has seen
    std::optional<HistoryId> history{};  ///< that this was written in; none: it does not say
};
/// Reads `<history>:<LSN>`, or an LSN alone. \return none for any other text; invalid_cursor_text()
/// says what is wrong with it.
[[nodiscard]] std::optional<FeedPosition> feed_position(std::string_view text);

}  // namespace allot

#include "net/core/feed_position.hpp"

#include "net/core/rule_text.hpp"
#include "net/text/parse_uint.hpp"

namespace allot {

std::optional<FeedPosition> feed_position(std::string_view text) {
    if (const auto cursor = cursor_in(text, feed_position_max)) {
        return FeedPosition{cursor->lsn, cursor->history};
    }
    if (const auto lsn = parse_uint(text, feed_position_max)) return FeedPosition{*lsn};
    return {};
}

}  // namespace allot

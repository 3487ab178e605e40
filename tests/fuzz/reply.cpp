// The reader of replies of `allot import` and `export`: a reply is read from its own bytes alone,
// in any pieces, and takes memory in proportion to them.

#include <algorithm>
#include <string>

#include "net/cli/remote/reply_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_reply {

using namespace program;

/// The number of replies in a reply, itself included; each has at least three bytes.
std::size_t replies_in(const Reply& reply, std::size_t depth) {
    fuzz::require(depth <= reply_depth_max, "a reply is not too deep");
    fuzz::require(reply.items.empty() || reply.kind == Reply::Kind::list, "only a list has items");
    std::size_t replies = 1;
    for (const Reply& item : reply.items) replies += replies_in(item, depth + 1);
    return replies;
}

bool same(const Reply& a, const Reply& b) {
    return a.kind == b.kind && a.text == b.text && a.number == b.number &&
           std::ranges::equal(a.items, b.items, same);
}

extern "C" int FUZZ_TARGET(reply)(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text(data, size);
    try {
        while (!rest.empty()) {
            Reply reply;
            const std::size_t bytes = take_reply(rest, reply);
            if (bytes == 0) return 0;  // the reply is incomplete
            fuzz::require(bytes <= rest.size(), "a reply is not longer than its bytes");
            fuzz::require(3 * replies_in(reply, 0) <= bytes, "each part takes bytes");
            Reply again;
            fuzz::require(take_reply(rest.substr(0, bytes), again) == bytes && same(reply, again),
                          "what follows a reply does not matter");
            fuzz::require(take_reply(rest.substr(0, bytes - 1), again) == 0,
                          "a reply without its last byte is none yet");
            rest.remove_prefix(bytes);
        }
    } catch (const NoReply& error) {
        fuzz::require(std::string_view{error.what()}.find('\n') == std::string_view::npos,
                      "a message is one line");
    }
    return 0;
}

}  // namespace allot::fuzz::target_reply

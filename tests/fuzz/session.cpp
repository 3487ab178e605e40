// A whole session with the engine. Bytes in any pieces have the effect and the replies of the
// requests sent one by one; each request has exactly one reply, except for subscriptions; and the
// stock obeys its rules. A client without the password reads and changes nothing.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "net/commands/registry.hpp"
#include "net/text/ascii_case.hpp"
#include "tests/commands/words.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/kept_memory.hpp"
#include "tests/fuzz/resp.hpp"
#include "tests/net/fakes.hpp"

namespace allot::fuzz::target_session {

using Words = std::vector<std::string>;

struct Sent {
    Words words;
    bool framed;
};

/// A session with some stock before it.
class FuzzedServer {
public:
    explicit FuzzedServer(std::optional<Password> password = {})
        : context_{engine_.backend(), {}, std::move(password)} {
        if (context_.password) return;
        send("ADDBATCH b1 sku 100\r\nADDBATCH b2 sku 100 2031-01-01\r\nALLOCATE o1 sku 10\r\n");
    }
    /// \return the replies.
    std::string send(std::string_view bytes) {
        return test::output_after(bytes, session_, context_, engine_.journal);
    }
    [[nodiscard]] bool dropped() const { return session_.is_disconnected(); }
    [[nodiscard]] bool ended() const { return session_.ended(); }
    Repository& stock() { return engine_.repository; }

private:
    test::Engine<VolatileJournal> engine_{Repository{42, fuzz::kept_memory()}, {}, {}};
    test::OpenContext context_;
    RespSession session_{context_, "test:1"};
};

/// The requests in a stream. \param broken set when bytes follow that are not a request.
std::vector<Sent> requests_in(std::string_view bytes, bool& broken) {
    RequestParser parser{SessionLimits{}.request};
    std::vector<Sent> requests;
    Request request;
    auto outcome = RequestParser::Outcome::need_more;
    while (!bytes.empty() && outcome != RequestParser::Outcome::error) {
        const auto buffer = parser.prepare();
        const std::size_t count = bytes.copy(buffer.data(), buffer.size());
        parser.commit(count);
        bytes.remove_prefix(count);
        while ((outcome = parser.next(request)) == RequestParser::Outcome::ready) {
            requests.push_back({{request.args.begin(), request.args.end()}, request.framed});
        }
    }
    broken = outcome == RequestParser::Outcome::error;
    return requests;
}

/// Encodes a request in its own form, which decides the form of its reply; no byte is special.
std::string written(const Sent& request) {
    return request.framed ? testing::framed(request.words)
                          : testing::text_of(request.words) + "\r\n";
}

/// True for a request whose reply depends on the pieces.
bool is_about_itself(const Words& request) {
    return equal_ignoring_case(request.front(), "INFO") ||
           equal_ignoring_case(request.front(), "CLIENT");
}

/// True for a request with confirmations, or with messages beside its reply.
bool is_about_channels(const Words& request) {
    const CommandSpec* const spec = command_table().find(request.front());
    return spec != nullptr && spec->group == "channels";
}

/// No input has this password by chance.
void send_unauthenticated(std::string_view bytes) {
    static const Password secret{"4f1d9a61-83c5-4b07-9a5e-20cf1f7be0d3"};
    FuzzedServer server{secret};
    (void)fuzz::Replies{server.send(bytes)}.count();
    fuzz::require(server.stock().size() == 0, "an unauthenticated client changes nothing");
}

extern "C" int FUZZ_TARGET(session)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::size_t piece = fuzz::take(rest) + 1U;
    std::string_view bytes = fuzz::text(rest.data(), rest.size());
    if (piece % 4 == 0) return send_unauthenticated(bytes), 0;
    bool broken = false;
    const std::vector<Sent> requests = requests_in(bytes, broken);

    std::string in_pieces;
    FuzzedServer streamed;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        in_pieces += streamed.send(bytes.substr(0, piece));
    }
    fuzz::require(violations(streamed.stock()).empty(), "the stock obeys its rules");

    std::string one_by_one;
    FuzzedServer asked;
    bool comparable = true;
    for (const Sent& sent : requests) {
        const Words& request = sent.words;
        const std::string reply = asked.send(written(sent));
        const std::size_t replies = fuzz::Replies{reply}.count();
        if (is_about_channels(request)) {
            fuzz::require(replies > 0 || asked.dropped(), "a request has a reply");
        } else {
            fuzz::require(replies == (asked.dropped() ? 0 : 1), "a request has one reply");
        }
        comparable = comparable && !is_about_itself(request);
        one_by_one += reply;
        if (asked.ended()) break;
    }
    fuzz::require(state_hash(streamed.stock()) == state_hash(asked.stock()), "one effect");
    fuzz::require(fuzz::Replies{in_pieces}.count() ==
                      fuzz::Replies{one_by_one}.count() + (broken && !asked.ended() ? 1 : 0),
                  "as many replies as requests");
    if (comparable) fuzz::require(in_pieces.starts_with(one_by_one), "the same replies");
    return 0;
}

}  // namespace allot::fuzz::target_session

// The wire parser: the same bytes give the same requests, in any pieces; the requests are read
// again from the bytes that a client library, or a person, would send for them; and memory grows
// with the bytes that arrive, never with announced lengths.

#include <algorithm>
#include <string>
#include <vector>

#include "net/resp/request_parser.hpp"
#include "tests/commands/words.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_wire {

constexpr RequestLimits narrow{.line_bytes_max = 200,
                               .argument_bytes_max = 300,
                               .arguments_max = 12,
                               .request_bytes_max = 400,
                               .authenticated = false};
// So wide that a parser that reserved an announced length would exceed the fuzzer's limit of one
// allocation.
constexpr RequestLimits wide{.line_bytes_max = std::size_t{1} << 30U,
                             .argument_bytes_max = std::size_t{1} << 30U,
                             .arguments_max = std::size_t{1} << 27U,
                             .request_bytes_max = std::size_t{1} << 31U};

struct Outcome {
    std::vector<std::vector<std::string>> requests;
    std::string error;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Feeds a parser with pieces of the bytes: `first` bytes, then at most `piece` at a time. From the
/// second request on the limits are wide, as after authentication.
Outcome parse(std::string_view bytes, const RequestLimits& limits, std::size_t first,
              std::size_t piece) {
    const std::size_t capacity_max = RequestParser::buffer_bytes_busy + 4 * bytes.size();
    RequestParser parser{limits};
    Outcome seen;
    Request request;
    std::size_t most = std::max<std::size_t>(first, 1);
    while (!bytes.empty()) {
        const auto buffer = parser.prepare();
        fuzz::require(!buffer.empty(), "there is buffer for more");
        const std::size_t count = bytes.substr(0, most).copy(buffer.data(), buffer.size());
        most = piece;
        parser.commit(count);
        bytes.remove_prefix(count);
        RequestParser::Outcome outcome{};
        while ((outcome = parser.next(request)) == RequestParser::Outcome::ready) {
            fuzz::require(!request.args.empty(), "a request has a verb");
            seen.requests.emplace_back(request.args.begin(), request.args.end());
            parser.set_limits(wide);
        }
        fuzz::require(parser.capacity() <= capacity_max, "memory grows with what came");
        if (outcome == RequestParser::Outcome::error) {
            seen.error = parser.error();
            fuzz::require(!seen.error.empty(), "an error says what is wrong");
            fuzz::require(parser.next(request) == RequestParser::Outcome::error, "and stays one");
            break;
        }
        fuzz::require(parser.error().empty(), "no error without saying so");
    }
    return seen;
}

extern "C" int FUZZ_TARGET(wire)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::uint8_t steer = fuzz::take(rest);
    const std::size_t cut = fuzz::take(rest) * 16U + steer / 16U;
    const RequestLimits& limits = steer % 2 == 0 ? narrow : wide;
    const std::string_view bytes = fuzz::text(rest.data(), rest.size());

    const Outcome whole = parse(bytes, limits, bytes.size(), bytes.size());
    const std::size_t few = steer / 2 % 8 + 1U;
    fuzz::require(whole == parse(bytes, limits, few, few), "pieces give what the whole gives");
    fuzz::require(whole == parse(bytes, limits, cut % (bytes.size() + 1), bytes.size()),
                  "cut anywhere, the two parts give what the whole gives");

    std::string again;
    for (std::size_t i = 0; i < whole.requests.size(); ++i) {
        again += (i + steer) % 3 == 0 ? testing::text_of(whole.requests[i]) + "\r\n"
                                      : testing::framed(whole.requests[i]);
    }
    fuzz::require(parse(again, wide, again.size(), again.size()) == Outcome{whole.requests, {}},
                  "what was read is read again");
    return 0;
}

}  // namespace allot::fuzz::target_wire

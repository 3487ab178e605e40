// The wire parser: the same bytes give the same requests, however they are cut; and memory grows
// with the bytes that came, never with what they promise.

#include <string>
#include <vector>

#include "net/request_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace allot;

struct Outcome {
    std::vector<std::vector<std::string>> requests;
    std::string error;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome parse(std::string_view bytes, std::size_t piece) {
    constexpr RequestLimits limits{.line_bytes_max = 200,
                                   .argument_bytes_max = 300,
                                   .arguments_max = 12,
                                   .request_bytes_max = 1000};
    RequestParser parser{limits};
    Outcome seen;
    Request request;
    while (!bytes.empty()) {
        const auto room = parser.prepare();
        const std::size_t count = bytes.substr(0, piece).copy(room.data(), room.size());
        parser.commit(count);
        bytes.remove_prefix(count);
        RequestParser::Outcome outcome{};
        while ((outcome = parser.next(request)) == RequestParser::Outcome::ready) {
            fuzz::require(!request.args.empty(), "a request has a verb");
            seen.requests.emplace_back(request.args.begin(), request.args.end());
        }
        fuzz::require(parser.capacity() <= 64 * kibibyte, "memory is bounded");
        if (outcome == RequestParser::Outcome::error) {
            seen.error = parser.error();
            break;
        }
    }
    return seen;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes = fuzz::text(data + 1, size - 1);
    const Outcome at_once = parse(bytes, bytes.size());
    fuzz::require(at_once == parse(bytes, data[0] % 16 + 1U), "pieces give what the whole gives");
    return 0;
}

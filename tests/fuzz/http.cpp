// A whole session over HTTP with the engine. The same bytes have the same effect and the same
// answers in any pieces; answers are whole, their headers hold no text of the client, and their
// bodies are valid JSON; and the stock obeys its rules. A client without the password changes
// nothing.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/invariants.hpp"
#include "engine/state_hash.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/kept_memory.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace allot::fuzz::target_http {

/// A session with some stock before it.
class FuzzedServer {
public:
    explicit FuzzedServer(std::optional<Password> password = {})
        : context_{engine_.backend(), {}, std::move(password)} {
        if (context_.password) return;
        send(test::http_request("PUT", "/v1/batches/b1", R"({"sku":"s","quantity":100})"), 1000);
        send(test::http_request("POST", "/allocate", R"({"orderid":"o","sku":"s","qty":9})"), 1000);
    }
    /// \return the answers, without `100 Continue`, which depends on the pieces.
    std::string send(std::string_view bytes, std::size_t piece) {
        std::string answers = test::output_after(bytes, session_, context_, engine_.journal, piece);
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        for (std::size_t at = 0; (at = answers.find(go_on, at)) != std::string::npos;) {
            answers.erase(at, go_on.size());
        }
        return answers;
    }
    /// It may answer more.
    [[nodiscard]] bool is_open() const { return !session_.ended(); }
    Repository& stock() { return engine_.repository; }

private:
    test::Engine<testing::MemoryJournal> engine_{Repository{42, fuzz::kept_memory()}, {}, {}};
    test::OpenContext context_;
    HttpSession session_{context_, "test:1"};
};

void judge(std::string_view answers) {
    for (const test::HttpAnswer& answer : test::answers_in(answers)) {
        fuzz::require(answer.status >= 200 && answer.status < 600, "a status is one");
        fuzz::require(std::ranges::all_of(
                          answer.header,
                          [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; }),
                      "a header is printable");
        if (answer.says("Content-Type: application/json")) (void)answer.json();
    }
}

/// True when two servers gave the same answers to the same bytes. One of them may already have
/// refused an incomplete request that the other still reads: an error in a line is found when the
/// line is complete, or when it cannot become valid.
bool agree(std::string_view answers, const FuzzedServer& server, std::string_view others,
           const FuzzedServer& other) {
    if (answers.size() > others.size()) return agree(others, other, answers, server);
    if (!others.starts_with(answers)) return false;
    const std::string_view more = others.substr(answers.size());
    const bool refuses = more.starts_with("HTTP/1.1 4") || more.starts_with("HTTP/1.1 5");
    return more.empty() || (refuses && server.is_open() && !other.is_open());
}

/// No input has this password by chance.
void send_unauthenticated(std::string_view bytes, std::size_t piece) {
    static const Password secret{"4f1d9a61-83c5-4b07-9a5e-20cf1f7be0d3"};
    FuzzedServer server{secret};
    const std::string answers = server.send(bytes, piece);
    fuzz::require(server.stock().size() == 0, "an unauthenticated client changes nothing");
    fuzz::require(answers.find(" 200 OK") == std::string::npos ||
                      bytes.find("livez") != std::string_view::npos ||
                      bytes.find('%') != std::string_view::npos,
                  "an unauthenticated client learns only that the server lives");
}

extern "C" int FUZZ_TARGET(http)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::size_t piece = fuzz::take(rest) + 1U;
    const std::string_view bytes = fuzz::text(rest.data(), rest.size());
    if (piece % 4 == 0) return send_unauthenticated(bytes, piece), 0;

    FuzzedServer in_pieces;
    const std::string answers = in_pieces.send(bytes, piece);
    fuzz::require(violations(in_pieces.stock()).empty(), "the stock obeys its rules");
    FuzzedServer at_once;
    const std::string expected = at_once.send(bytes, bytes.size());
    fuzz::require(state_hash(in_pieces.stock()) == state_hash(at_once.stock()), "one effect");
    // Figures that count bytes depend on the pieces.
    if (bytes.find("info") == std::string_view::npos && bytes.find('%') == std::string_view::npos) {
        fuzz::require(agree(answers, in_pieces, expected, at_once), "the same answers");
    }
    if (bytes.find("HEAD") == std::string_view::npos) judge(answers);
    return 0;
}

}  // namespace allot::fuzz::target_http

#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http/http_session.hpp"
#include "tests/net/fakes.hpp"

namespace allot::test {

struct HttpAnswer {
    unsigned status = 0;
    std::string header;  ///< its lines, each with its CRLF
    std::string body;

    [[nodiscard]] bool says(std::string_view line) const {
        return ("\r\n" + header).find("\r\n" + std::string{line} + "\r\n") != std::string::npos;
    }
    [[nodiscard]] boost::json::value json() const { return boost::json::parse(body); }
};

/// Removes the complete chunks of a body from the front of `bytes`.
inline std::string take_chunks(std::string_view& bytes) {
    std::string body;
    while (!bytes.empty()) {
        const std::size_t line = bytes.find("\r\n");
        const std::size_t size = std::stoul(std::string{bytes.substr(0, line)}, nullptr, 16);
        if (line + size + 4 > bytes.size() || bytes.substr(line + 2 + size, 2) != "\r\n") {
            throw std::runtime_error{"this is no whole chunk"};
        }
        body.append(bytes.substr(line + 2, size));
        bytes.remove_prefix(line + size + 4);
        if (size == 0) break;
    }
    return body;
}

/// Parses answers. \throws std::runtime_error when the bytes are not whole answers.
/// \param heads the answers have no bodies.
inline std::vector<HttpAnswer> answers_in(std::string_view bytes, bool heads = false) {
    const auto require = [](bool holds) {
        if (!holds) throw std::runtime_error{"these are not whole answers"};
    };
    std::vector<HttpAnswer> answers;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find("\r\n\r\n");
        require(bytes.starts_with("HTTP/1.1 ") && end != std::string_view::npos);
        const std::size_t line = bytes.find("\r\n");
        HttpAnswer answer;
        answer.status = static_cast<unsigned>(std::stoul(std::string{bytes.substr(9, 3)}));
        answer.header = bytes.substr(line + 2, end - line);
        bytes.remove_prefix(end + 4);
        constexpr std::string_view length = "Content-Length: ";
        const std::size_t at = answer.header.find(length);
        if (at != std::string::npos && !heads) {
            const std::size_t size = std::stoul(answer.header.substr(at + length.size()));
            require(size <= bytes.size());
            answer.body = bytes.substr(0, size);
            bytes.remove_prefix(size);
        } else if (!heads && answer.says("Transfer-Encoding: chunked")) {
            answer.body = take_chunks(bytes);
        } else if (!heads && answer.says("Content-Type: text/event-stream")) {
            answer.body = std::exchange(bytes, {});  // until the connection ends
        }
        answers.push_back(std::move(answer));
    }
    return answers;
}

inline std::string http_request(std::string_view method, std::string_view target,
                                std::optional<std::string_view> body = {},
                                std::string_view more = {}) {
    std::string bytes{method};
    bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more);
    if (body) {
        bytes.append("Content-Type: application/json\r\nContent-Length: ");
        bytes.append(std::to_string(body->size())).append("\r\n");
    }
    return bytes.append("\r\n").append(body.value_or(""));
}

/// Bodies for the routes of the book's service.
inline constexpr std::string_view book_batch = R"({"ref":"b","sku":"SKU","qty":10,"eta":null})";
inline constexpr std::string_view book_line = R"({"orderid":"o","sku":"SKU","qty":3})";

/// An HttpSession without a socket, driven by the test.
template <class AnyJournal = VolatileJournal>
class HttpFixture {
public:
    explicit HttpFixture(SessionLimits limits = {}, std::optional<Password> password = {})
        : context{engine.backend(), limits, std::move(password)} {}

    /// \param piece the number of bytes that arrive at a time.
    void send(std::string_view bytes, std::size_t piece = ~std::size_t{0}) {
        while (!bytes.empty() && !session.ended()) {
            receive_some(session, bytes, piece);
            execute();
        }
    }
    Session::ExecuteResult execute() { return last_result = execute_all(session, context); }
    /// Removes and returns the output that may be sent now.
    std::string take() { return released(session.output(), engine.journal); }
    /// The only answer to a request.
    HttpAnswer ask(std::string_view method, std::string_view target,
                   std::optional<std::string_view> body = {}, std::string_view more = {}) {
        return ask_raw(http_request(method, target, body, more), method == "HEAD");
    }
    HttpAnswer ask_raw(std::string_view bytes, bool is_head = false) {
        send(bytes);
        const auto answers = answers_in(take(), is_head);
        if (answers.size() != 1) throw std::runtime_error{"not one answer"};
        return answers.front();
    }

    Engine<AnyJournal> engine;
    OpenContext context;
    HttpSession session{context, "test:1"};
    Session::ExecuteResult last_result = Session::ExecuteResult::need_input;
};

}  // namespace allot::test

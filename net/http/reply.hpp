#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/core/counters.hpp"
#include "net/http/event_stream.hpp"

namespace allot::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// A response. Data of clients occurs only in the body, escaped.
struct Reply {
    unsigned status = 200;
    std::string_view type = json_type;
    std::string header = {};  ///< further lines, each with its CRLF
    std::string body = {};
    std::optional<EventQuery> events = {};  ///< replaces the body by a stream
};

struct Framing {
    bool keeps_alive = true;
    bool is_http11 = true;
    bool is_head = false;        ///< the body is not sent
    std::string_view date = {};  ///< empty: not sent
};

void append_reply(std::string& out, const Reply& reply, const Framing& framing);

/// Returns the status of an error, except on the routes of book_routes().
[[nodiscard]] unsigned status_of(ErrorCode code) noexcept;

/// Sets the body `{"error":{"code":…,"message":…,"field":…}}`; without a field if it is empty.
void set_error(Reply& reply, ErrorCode code, std::string_view message, std::string_view field = {});
/// Sets the body `{"message":…}`, as the routes of book_routes() have it.
void set_plain_error(Reply& reply, std::string_view message);

/// Returns the value of a Date field, as in `Date: Tue, 24 Nov 2026 19:41:25 GMT`.
[[nodiscard]] std::string date_of(std::chrono::system_clock::time_point at);

/// The whole response to a connection beyond `clients_max`.
inline constexpr std::string_view too_many_clients =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: application/json\r\n"
    "Content-Length: 66\r\nConnection: close\r\n\r\n"
    R"({"error":{"code":"ERR","message":"max number of clients reached"}})";
static_assert(too_many_clients.size() - too_many_clients.find('{') == 66, "as Content-Length says");

}  // namespace allot::http

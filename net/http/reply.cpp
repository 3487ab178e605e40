#include "net/http/reply.hpp"

#include <array>
#include <boost/beast/http/status.hpp>
#include <cstdio>
#include <ctime>

#include "net/text/json_text.hpp"

namespace allot::http {

void append_reply(std::string& out, const Reply& reply, const Framing& framing) {
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(reply.status));
    out.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    out.append(reason.data(), reason.size()).append("\r\n");
    if (!framing.date.empty()) out.append("Date: ").append(framing.date).append("\r\n");
    if (reply.status != 204) {
        out.append("Content-Type: ").append(reply.type).append("\r\n");
    }
    if (reply.events) {
        // nginx then forwards each event at once, without buffering.
        out.append("X-Accel-Buffering: no\r\n");
        if (framing.is_http11) out.append("Transfer-Encoding: chunked\r\n");
    } else if (reply.status != 204) {
        out.append("Content-Length: ").append(std::to_string(reply.body.size())).append("\r\n");
    }
    // Caches must not store the stock, and browsers must not guess the type.
    out.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    out.append(reply.header);
    if (!framing.keeps_alive) {
        out.append("Connection: close\r\n");
    } else if (!framing.is_http11) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append("\r\n");
    if (!framing.is_head && reply.status != 204) out.append(reply.body);
}

unsigned status_of(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::syntax:
        case ErrorCode::bad_name:
        case ErrorCode::bad_quantity:
        case ErrorCode::bad_date:
        case ErrorCode::ahead:
            return 400;
        case ErrorCode::no_auth:
        case ErrorCode::wrong_pass:
            return 401;
        case ErrorCode::invalid_sku:
        case ErrorCode::no_such_batch:
            return 404;
        case ErrorCode::out_of_stock:
        case ErrorCode::batch_exists:
        case ErrorCode::batch_limit:
        case ErrorCode::diverged:
            return 409;
        case ErrorCode::trimmed:
            return 410;
        case ErrorCode::conflict:
            return 412;
        case ErrorCode::read_only:
        case ErrorCode::loading:
            return 503;
        case ErrorCode::generic:
        case ErrorCode::no_proto:
        case ErrorCode::exec_abort:
            break;
    }
    return 500;
}

void set_error(Reply& reply, ErrorCode code, std::string_view message, std::string_view field) {
    reply.type = json_type;
    reply.body.clear();
    JsonWriter json{reply.body};
    json.begin_object().key("error").begin_object();
    json.key("code").string(word_of(code)).key("message").string(message);
    if (!field.empty()) json.key("field").string(field);
    json.end_object().end_object();
}

void set_plain_error(Reply& reply, std::string_view message) {
    reply.type = json_type;
    reply.body.clear();
    JsonWriter json{reply.body};
    json.begin_object().key("message").string(message).end_object();
}

std::string date_of(std::chrono::system_clock::time_point at) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    // The names are English, whatever the locale.
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                  months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                  utc.tm_min, utc.tm_sec);
    return text.data();
}

}  // namespace allot::http

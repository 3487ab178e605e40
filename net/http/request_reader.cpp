#include "net/http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <utility>

#include "net/limits.hpp"
#include "net/text/escape.hpp"

namespace allot::http {

namespace beast = boost::beast;
using beast::http::error;
using beast::http::field;

namespace {
constexpr std::string_view one_length = ": expected one number, given once";

std::string too_large(std::string_view what) {
    return std::string{what} + " has more than " + std::to_string(http_header_bytes_max) + " bytes";
}
}  // namespace

std::size_t Request::capacity() const noexcept {
    std::size_t bytes = target.capacity() + body.capacity();
    for (const auto* const each :
         {&host, &origin, &authorization, &content_type, &idempotency_key, &last_event_id}) {
        if (*each) bytes += (*each)->capacity();
    }
    return bytes;
}

RequestReader::RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : body_bytes_max_{body_bytes_max} {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(body_bytes_max);
}

Unreadable RequestReader::explain(const Error& code) const {
    if (code == error::body_limit) {
        return {413, "the body has more than " + std::to_string(body_bytes_max_) + " bytes", true,
                "body"};
    }
    if (code == error::header_limit) return {431, too_large("the header"), true};
    if (code == error::bad_version)
        return {505, "unsupported version: expected HTTP/1.0 or HTTP/1.1"};
    if (code == error::bad_content_length || code == error::multiple_content_length) {
        return {400, "invalid Content-Length" + std::string{one_length}, false, "Content-Length"};
    }
    return {400, "invalid HTTP/1.1 request: " + code.message()};
}

namespace {
/// Beast joins folded lines and accepts some other line ends; a proxy may read these differently.
bool has_plain_lines(std::string_view header) {
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (header[i] == '\n') return false;
        if (header[i] != '\r') continue;
        if (++i == header.size() || header[i] != '\n') return false;
        if (i + 1 < header.size() && (header[i + 1] == ' ' || header[i + 1] == '\t')) return false;
    }
    return true;
}
}  // namespace

std::size_t RequestReader::read(std::string_view bytes) {
    Error code;
    const bool is_header = !is_header_done();
    const std::size_t taken = put(boost::asio::const_buffer{bytes.data(), bytes.size()}, code);
    // Beast takes whole fields, so no line end is split between two calls.
    if (is_header && !has_plain_lines(bytes.substr(0, taken)) && !why_) {
        why_ = {400, "a line of the header is folded, or does not end in CR LF"};
    }
    if (!code) return taken;
    if (code != error::need_more) {
        if (!why_) why_ = explain(code);
    } else if (taken == 0 && bytes.size() >= http_header_bytes_max) {
        // Only a chunk's header or the trailer can be as long: Beast limits the header.
        why_ = {431, too_large("a chunk's header, or the trailer,"), true};
    }
    return taken;
}

void RequestReader::refuse(Error& error, Unreadable why) {
    why_ = std::move(why);
    error = beast::http::error::bad_value;  // any error ends the reading
}

void RequestReader::on_request_impl(beast::http::verb method, Text /*name*/, Text target,
                                    int version, Error& error) {
    const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '#'; };
    if (!std::ranges::all_of(target, is_plain)) {
        return refuse(error,
                      {.status = 400,
                       .text = "invalid target " + in_quotes({target.data(), target.size()}) +
                               ": expected printable ASCII without #",
                       .field = "target"});
    }
    request_.method = method;
    request_.target.assign(target.data(), target.size());
    request_.is_http11 = version == 11;
}

void RequestReader::on_response_impl(int /*code*/, Text /*reason*/, int /*version*/, Error& error) {
    refuse(error, {.status = 400, .text = "expected a request, not a response"});
}

void RequestReader::keep(std::optional<std::string>& field, std::string_view name, Text value,
                         Error& error) {
    if (field)
        return refuse(error, {.status = 400, .text = "repeated header field", .field = name});
    field.emplace(value.data(), value.size());
}

/// Beast accepts `5, 5`, and the same length twice, as one length.
void RequestReader::note_length(Text value, Error& error) {
    const bool is_number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (has_length_ || has_coding_ || !is_number) {
        return refuse(error,
                      {.status = 400,
                       .text = "invalid Content-Length " + in_quotes({value.data(), value.size()}) +
                               std::string{one_length},
                       .field = "Content-Length"});
    }
    has_length_ = request_.has_body = true;
}

void RequestReader::note_coding(Text value, Error& error) {
    const std::string_view name = "Transfer-Encoding";
    if (has_length_ || has_coding_ || !request_.is_http11) {
        return refuse(
            error,
            {.status = 400,
             .text = "unexpected Transfer-Encoding: the request gives another length, or is not "
                     "HTTP/1.1",
             .field = name});
    }
    if (!beast::iequals(value, "chunked")) {
        return refuse(error,
                      {.status = 501,
                       .text = "unsupported transfer coding " +
                               in_quotes({value.data(), value.size()}) + ": expected chunked",
                       .field = name});
    }
    has_coding_ = request_.has_body = true;
}

void RequestReader::on_field_impl(field field, Text name, Text value, Error& error) {
    if (++fields_ > http_fields_max) {
        return refuse(
            error,
            {431, "the header has more than " + std::to_string(http_fields_max) + " fields", true});
    }
    if (is_in_trailer_) return;
    switch (field) {
        case field::host:
            return keep(request_.host, "Host", value, error);
        case field::origin:
            return keep(request_.origin, "Origin", value, error);
        case field::authorization:
            return keep(request_.authorization, "Authorization", value, error);
        case field::content_type:
            return keep(request_.content_type, "Content-Type", value, error);
        case field::content_length:
            return note_length(value, error);
        case field::transfer_encoding:
            return note_coding(value, error);
        case field::content_encoding:
            if (beast::iequals(value, "identity")) return;
            return refuse(error,
                          {.status = 415,
                           .text = "unsupported content coding " +
                                   in_quotes({value.data(), value.size()}) + ": expected identity",
                           .field = "Content-Encoding"});
        case field::expect:
            if (!beast::iequals(value, "100-continue")) {
                return refuse(error, {.status = 417,
                                      .text = "unsupported expectation " +
                                              in_quotes({value.data(), value.size()}) +
                                              ": expected 100-continue",
                                      .field = "Expect"});
            }
            request_.expects_continue = request_.is_http11;
            return;
        default:  // Beast does not know these names
            if (beast::iequals(name, "Idempotency-Key")) {
                keep(request_.idempotency_key, "Idempotency-Key", value, error);
            } else if (beast::iequals(name, "Last-Event-ID")) {
                keep(request_.last_event_id, "Last-Event-ID", value, error);
            }
            return;
    }
}

void RequestReader::on_header_impl(Error& error) {
    is_in_trailer_ = true;
    if (request_.is_http11 && !request_.host) {
        refuse(error, {.status = 400, .text = "missing Host", .field = "Host"});
    }
}

void RequestReader::on_body_init_impl(const boost::optional<std::uint64_t>& /*bytes*/,
                                      Error& /*error*/) {
    // A client's announced length reserves no memory.
}

std::size_t RequestReader::on_body_impl(Text bytes, Error& /*error*/) {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestReader::on_chunk_header_impl(std::uint64_t /*bytes*/, Text /*extension*/,
                                         Error& /*error*/) {}

std::size_t RequestReader::on_chunk_body_impl(std::uint64_t /*left*/, Text bytes,
                                              Error& /*error*/) {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestReader::on_finish_impl(Error& /*error*/) {}

}  // namespace allot::http

#include "net/http/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include "net/limits.hpp"

namespace allot::http {

namespace beast = boost::beast;
using beast::http::error;
using beast::http::field;

std::size_t Request::capacity() const noexcept {
    std::size_t bytes = target.capacity() + body.capacity();
    for (const auto* const each :
         {&host, &origin, &authorization, &content_type, &idempotency_key, &last_event_id}) {
        if (*each) bytes += (*each)->capacity();
    }
    return bytes;
}

RequestReader::RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max) {
    header_limit(static_cast<std::uint32_t>(header_bytes_max));
    body_limit(body_bytes_max);
}

namespace {
Unreadable explain(const beast::error_code& code) {
    if (code == error::body_limit) return {413, "the body is too large", true};
    if (code == error::header_limit) return {431, "the header is too large", true};
    if (code == error::bad_version) return {505, "the version is not HTTP/1.0 or HTTP/1.1", false};
    return {400, "what came is no request of HTTP/1.1", false};
}

/// Beast puts folded lines together, and forgives some line ends: others may not, or otherwise.
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
    // Fields are taken whole, so that nothing of a line's end is left for the next time.
    if (is_header && !has_plain_lines(bytes.substr(0, taken)) && !why_) {
        why_ = {400, "a line of the header is folded, or does not end in CR LF", false};
    }
    if (!code) return taken;
    if (code != error::need_more) {
        if (!why_) why_ = explain(code);
    } else if (taken == 0 && bytes.size() >= http_header_bytes_max) {
        // Only what a chunk says of itself, or comes after the last one, can be that long.
        why_ = {431, "a chunk's header, or the trailer, is too large", true};
    }
    return taken;
}

void RequestReader::refuse(Error& error, unsigned status, std::string_view text,
                           bool beyond_limit) {
    why_ = {status, text, beyond_limit};
    error = beast::http::error::bad_value;  // any: it ends the reading
}

void RequestReader::on_request_impl(beast::http::verb method, Text /*name*/, Text target,
                                    int version, Error& error) {
    const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '#'; };
    if (!std::ranges::all_of(target, is_plain)) {
        return refuse(error, 400, "the target has bytes that have no place in it");
    }
    request_.method = method;
    request_.target.assign(target.data(), target.size());
    request_.is_http11 = version == 11;
}

void RequestReader::on_response_impl(int /*code*/, Text /*reason*/, int /*version*/, Error& error) {
    refuse(error, 400, "what came is an answer, not a request");
}

void RequestReader::keep(std::optional<std::string>& field, Text value, Error& error) {
    if (field) return refuse(error, 400, "a header field that stands for itself comes twice");
    field.emplace(value.data(), value.size());
}

/// Beast takes `5, 5`, and the same length twice, for one length.
void RequestReader::note_length(Text value, Error& error) {
    const bool is_number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (has_length_ || has_coding_ || !is_number) {
        return refuse(error, 400, "the body's length is not told once, as one number");
    }
    has_length_ = request_.has_body = true;
}

void RequestReader::on_field_impl(field field, Text name, Text value, Error& error) {
    if (++fields_ > http_fields_max) {
        return refuse(error, 431, "the header has too many fields", true);
    }
    if (is_in_trailer_) return;
    switch (field) {
        case field::host:
            return keep(request_.host, value, error);
        case field::origin:
            return keep(request_.origin, value, error);
        case field::authorization:
            return keep(request_.authorization, value, error);
        case field::content_type:
            return keep(request_.content_type, value, error);
        case field::content_length:
            return note_length(value, error);
        case field::transfer_encoding:
            if (has_length_ || has_coding_ || !request_.is_http11) {
                return refuse(error, 400, "the body's length is told in two ways");
            }
            if (!beast::iequals(value, "chunked")) {
                return refuse(error, 501, "the only transfer coding is chunked");
            }
            has_coding_ = request_.has_body = true;
            return;
        case field::content_encoding:
            if (beast::iequals(value, "identity")) return;
            return refuse(error, 415, "a body with a content coding is not read");
        case field::expect:
            if (!beast::iequals(value, "100-continue")) {
                return refuse(error, 417, "the only expectation is 100-continue");
            }
            request_.expects_continue = request_.is_http11;
            return;
        default:  // Beast has no number for it
            if (beast::iequals(name, "Idempotency-Key")) {
                keep(request_.idempotency_key, value, error);
            } else if (beast::iequals(name, "Last-Event-ID")) {
                keep(request_.last_event_id, value, error);
            }
            return;
    }
}

void RequestReader::on_header_impl(Error& error) {
    is_in_trailer_ = true;
    if (request_.is_http11 && !request_.host) refuse(error, 400, "the header has no Host");
}

void RequestReader::on_body_init_impl(const boost::optional<std::uint64_t>& /*bytes*/,
                                      Error& /*error*/) {
    // Nothing is reserved on the word of a client.
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

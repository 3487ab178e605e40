#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace allot::http {

/// The parts of a request that Allot uses.
struct Request {
    boost::beast::http::verb method = boost::beast::http::verb::unknown;
    std::string target;
    std::optional<std::string> host;
    std::optional<std::string> origin;
    std::optional<std::string> authorization;
    std::optional<std::string> content_type;
    std::optional<std::string> idempotency_key;
    std::optional<std::string> last_event_id;
    bool is_http11 = true;
    bool expects_continue = false;
    bool has_body = false;  ///< it has a length, 0 included, or chunks
    std::string body;

    [[nodiscard]] std::size_t capacity() const noexcept;
};

/// The error of a request that cannot be read. The connection is closed after a reply with this
/// status.
struct Unreadable {
    unsigned status;
    std::string text;           ///< names the rule, and the value if there is one
    bool beyond_limit = false;  ///< false: malformed
    std::string_view field = {};
};

/// Reads one request of HTTP/1.0 or 1.1. Refuses requests that other readers may understand
/// differently: two lengths, a length and chunks, an unknown transfer coding, a bare LF. Takes
/// memory only for bytes that have arrived, within the limits.
class RequestReader final : public boost::beast::http::basic_parser<true> {
public:
    RequestReader(std::size_t header_bytes_max, std::size_t body_bytes_max);

    /// Reads from the front of `bytes`. \pre !is_done()
    /// \return the number of bytes read; 0: it needs more bytes, or why() has the error.
    std::size_t read(std::string_view bytes);
    /// The error; none so far if empty.
    [[nodiscard]] const std::optional<Unreadable>& why() const noexcept { return why_; }

    /// The request: complete once is_done(); without its body once is_header_done().
    [[nodiscard]] const Request& request() const noexcept { return request_; }

private:
    using Error = boost::beast::error_code;
    using Text = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb method, Text name, Text target, int version,
                         Error& error) override;
    void on_response_impl(int code, Text reason, int version, Error& error) override;
    void on_field_impl(boost::beast::http::field field, Text name, Text value,
                       Error& error) override;
    void on_header_impl(Error& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& bytes, Error& error) override;
    std::size_t on_body_impl(Text bytes, Error& error) override;
    void on_chunk_header_impl(std::uint64_t bytes, Text extension, Error& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t left, Text bytes, Error& error) override;
    void on_finish_impl(Error& error) override;

    void refuse(Error& error, Unreadable why);
    void keep(std::optional<std::string>& field, std::string_view name, Text value, Error& error);
    void note_coding(Text value, Error& error);
    [[nodiscard]] Unreadable explain(const Error& error) const;
    void note_length(Text value, Error& error);

    std::size_t body_bytes_max_;
    Request request_;
    std::optional<Unreadable> why_;
    std::size_t fields_ = 0;
    bool has_length_ = false;
    bool has_coding_ = false;
    bool is_in_trailer_ = false;
};

}  // namespace allot::http

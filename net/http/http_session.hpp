#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/core/session.hpp"
#include "net/http/admission.hpp"
#include "net/http/event_stream.hpp"
#include "net/http/request_reader.hpp"

namespace allot {

/// One client's side of HTTP/1.1 (net/http/HTTP.md): each request of a connection is executed and
/// answered in the order in which they came. Where it is in doubt where a request ends, or one is
/// refused before its body is there, the answer is the last. So is a stream of events: what comes
/// after its request is not looked at.
class HttpSession final : public Session {
public:
    HttpSession(ServerContext& context, std::string peer);
    ~HttpSession() override;

    [[nodiscard]] std::span<char> prepare() override;
    void received(std::size_t bytes) override;
    void finish() override;

    /// The input's buffer: what a request needs at once is its header, or what a chunk says of
    /// itself.
    static constexpr std::size_t buffer_bytes_min = 2 * kibibyte;
    static constexpr std::size_t buffer_bytes_max = 2 * http_header_bytes_max;

private:
    /// What was found in the bytes at hand.
    enum class Found : std::uint8_t {
        request,     ///< whole, and may be executed
        refused,     ///< one that has been answered, or will be at password_reply_due()
        too_little,  ///< more has to come
    };

    [[nodiscard]] std::size_t input_capacity() const noexcept override;
    void release_input() noexcept override;

    [[nodiscard]] bool has_incomplete_request() const noexcept override {
        return begin_ != end_ || reader_.has_value();
    }
    std::optional<ExecuteResult> resume() override;
    std::size_t execute_requests(std::size_t most, Lsn& saw) override;
    Found read_request();
    bool admit();
    void reply_early(const http::Reply& reply);
    void unreadable();
    void reply_wrong_password() override;
    Lsn run();
    void send(const http::Reply& reply);
    void take_time();
    void forget_request() noexcept;
    void begin_stream(const http::Reply& reply);
    ExecuteResult stream();
    void forget_stream() noexcept;
    [[nodiscard]] http::Framing framing() const;

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;

    // The request that is being read
    std::optional<http::RequestReader> reader_;
    std::optional<http::Admission> admission_;  // once its header is there
    bool sent_continue_ = false;

    std::optional<http::EventStream> stream_;
};

}  // namespace allot

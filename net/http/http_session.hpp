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

/// A connection of HTTP/1.1 (net/http/HTTP.md). Executes and answers its requests in the order of
/// their arrival. The reply is the last if the end of its request is ambiguous, if the request is
/// refused before its body has arrived, or if the reply is a stream of events.
class HttpSession final : public Session {
public:
    HttpSession(ServerContext& context, std::string peer);
    ~HttpSession() override;

    [[nodiscard]] std::span<char> prepare() override;
    void received(std::size_t bytes) override;
    void finish() override;

    // Bounds of the input buffer, which has to hold a whole header, or that of a chunk.
    static constexpr std::size_t buffer_bytes_min = 2 * kibibyte;
    static constexpr std::size_t buffer_bytes_max = 2 * http_header_bytes_max;

private:
    enum class ReadResult : std::uint8_t {
        request,     ///< complete, and may be executed
        refused,     ///< has been answered, or will be at password_reply_due()
        incomplete,  ///< needs more input
    };

    [[nodiscard]] std::size_t input_capacity() const noexcept override;
    void release_input() noexcept override;

    [[nodiscard]] bool has_incomplete_request() const noexcept override {
        return begin_ != end_ || reader_.has_value();
    }
    std::optional<ExecuteResult> resume() override;
    std::size_t execute_requests(std::size_t most, Lsn& saw) override;
    ReadResult read_request();
    bool admit();
    void reply_early(const http::Reply& reply);
    void refuse_unreadable();
    void reply_wrong_password() override;
    Lsn run();
    void send(const http::Reply& reply);
    void take_time();
    void discard_request() noexcept;
    void begin_stream(const http::Reply& reply);
    ExecuteResult stream();
    void discard_stream() noexcept;
    [[nodiscard]] http::Framing framing() const;

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;

    // The request being read
    std::optional<http::RequestReader> reader_;
    std::optional<http::Admission> admission_;  // once its header has been read
    bool sent_continue_ = false;

    std::optional<http::EventStream> stream_;
};

}  // namespace allot

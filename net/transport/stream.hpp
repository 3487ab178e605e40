#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "net/transport/tls.hpp"

namespace allot {

/// A byte stream over a socket, plain or with TLS, which its users need not know. Never blocks: the
/// error is would_block instead. It must outlive each `done`.
class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Error = boost::system::error_code;

    /// \param tls null: none. Outlives the stream.
    Stream(Socket socket, TlsContext* tls);

    /// Calls `done(error, bytes)` later; `buffer` must last until then. One at a time. Zero bytes
    /// without error: an incomplete TLS record arrived.
    template <class Done>
    void async_read_some(std::span<char> buffer, Done done) {
        if (!tls_) {
            socket_.async_read_some(boost::asio::buffer(buffer.data(), buffer.size()),
                                    std::move(done));
        } else {
            read_secure(buffer, std::move(done));
        }
    }
    /// Sends some of `bytes`. After would_block, call it again with the same bytes.
    /// \return how many were sent.
    std::size_t write_some(std::string_view bytes, Error& error) {
        if (!tls_)
            return socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
        return write_secure(bytes, error);
    }
    /// Calls `done(error)` once the socket may be writable.
    template <class Done>
    void async_wait_writable(Done done) {
        socket_.async_wait(Socket::wait_write, std::move(done));
    }
    /// Closes the sending side. After would_block, call it again.
    void finish(Error& error);
    void close() noexcept;

    /// True until the TLS handshake is complete.
    [[nodiscard]] bool is_handshaking() const noexcept { return tls_ && !tls_->is_established(); }
    /// True if the error comes from OpenSSL: the client's bytes are not TLS, or it breaks its rules
    /// here.
    [[nodiscard]] static bool is_of_tls(const Error& error) noexcept;

    /// See TlsSession::buffer_bytes(); 0 without TLS.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return tls_ ? tls_->buffer_bytes() : 0;
    }
    /// Bytes written that the client's system has not acknowledged yet.
    [[nodiscard]] std::size_t untaken() noexcept;

    [[nodiscard]] Socket& socket() noexcept { return socket_; }

private:
    using ReadDone = std::function<void(const Error&, std::size_t)>;

    void read_secure(std::span<char> buffer, ReadDone done);
    void await_secure(std::span<char> buffer, ReadDone done);
    std::size_t receive_secure(std::span<char> buffer, Error& error);
    std::size_t write_secure(std::string_view bytes, Error& error);
    void send_outgoing(Error& error);

    Socket socket_;
    std::unique_ptr<TlsSession> tls_;
    std::size_t encrypted_ = 0;  // bytes of write_some() whose records are outgoing
    bool is_finished_ = false;   // the TLS session has been closed
};

}  // namespace allot

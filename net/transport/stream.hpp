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

/// A client's bytes over a socket, as they are or within TLS: the one place that knows which. Never
/// blocks; where it cannot go on, the error is would_block. The caller lives until `done`.
class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Error = boost::system::error_code;

    /// \param tls null: none. Outlives the stream.
    Stream(Socket socket, TlsContext* tls);

    /// Calls `done(error, bytes)`, later. `room` stays until then. One at a time. No bytes and no
    /// error: some came that say nothing yet.
    template <class Done>
    void async_read_some(std::span<char> room, Done done) {
        if (!tls_) {
            socket_.async_read_some(boost::asio::buffer(room.data(), room.size()), std::move(done));
        } else {
            read_secure(room, std::move(done));
        }
    }
    /// Sends some of `bytes`. Where it would block, the same bytes come again.
    /// \return how many are gone.
    std::size_t write_some(std::string_view bytes, Error& error) {
        if (!tls_)
            return socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
        return write_secure(bytes, error);
    }
    /// Calls `done(error)` once there may be room to write.
    template <class Done>
    void async_wait_writable(Done done) {
        socket_.async_wait(Socket::wait_write, std::move(done));
    }
    /// Says that no more will be sent. Where it would block, to be called again.
    void finish(Error& error);
    void close() noexcept;

    /// The client has not yet proved who it is, or seen who the server is.
    [[nodiscard]] bool is_handshaking() const noexcept { return tls_ && !tls_->is_established(); }
    /// The error is that what came is not TLS, or not TLS as it is asked for.
    [[nodiscard]] static bool is_of_tls(const Error& error) noexcept;

    /// Memory that TLS holds for bytes on their way: see TlsSession::buffer_bytes().
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return tls_ ? tls_->buffer_bytes() : 0;
    }
    /// Bytes that were written and that the client's system has not taken yet.
    [[nodiscard]] std::size_t untaken() noexcept;

    [[nodiscard]] Socket& socket() noexcept { return socket_; }

private:
    using ReadDone = std::function<void(const Error&, std::size_t)>;

    void read_secure(std::span<char> room, ReadDone done);
    void await_secure(std::span<char> room, ReadDone done);
    std::size_t receive_secure(std::span<char> room, Error& error);
    std::size_t write_secure(std::string_view bytes, Error& error);
    void send_outgoing(Error& error);

    Socket socket_;
    std::unique_ptr<TlsSession> tls_;
    std::size_t encrypted_ = 0;  // bytes of write_some() whose records are outgoing
    bool is_finished_ = false;   // nothing more is said within TLS
};

}  // namespace allot

#include "net/transport/stream.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include "net/limits.hpp"

namespace allot {

namespace asio = boost::asio;

namespace {
/// Encrypted at a time, for one system call.
constexpr std::size_t write_bytes_max = 64 * kibibyte;
constexpr std::size_t read_bytes_max = 16 * kibibyte;
}  // namespace

Stream::Stream(Socket socket, TlsContext* tls) : socket_{std::move(socket)} {
    Error ignored;  // the first read reports a broken socket
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored);
    if (tls != nullptr) tls_ = std::make_unique<TlsSession>(*tls);
}

/// TLS may hold decrypted bytes of an earlier read.
void Stream::read_secure(std::span<char> buffer, ReadDone done) {
    Error error;
    const std::size_t got = tls_->read(buffer, error);
    if (got == 0 && !error) return await_secure(buffer, std::move(done));
    asio::post(socket_.get_executor(), [done = std::move(done), error, got] { done(error, got); });
}

/// Reads no more of a handshake while its output cannot be sent.
void Stream::await_secure(std::span<char> buffer, ReadDone done) {
    const auto what = tls_->outgoing().empty() ? Socket::wait_read : Socket::wait_write;
    socket_.async_wait(what, [this, buffer, done = std::move(done)](Error error) {
        const std::size_t got = error ? 0 : receive_secure(buffer, error);
        done(error, got);
    });
}

/// \return bytes put into `buffer`; 0 without an error: it needs more input.
std::size_t Stream::receive_secure(std::span<char> buffer, Error& error) {
    std::array<char, read_bytes_max> bytes;
    std::size_t received = 0;
    send_outgoing(error);
    if (!error) received = socket_.read_some(asio::buffer(bytes), error);
    if (error == asio::error::would_block) error.clear();
    if (error || received == 0) return 0;
    tls_->received({bytes.data(), received});
    const std::size_t got = tls_->read(buffer, error);
    Error unsent;  // the next write reports it
    send_outgoing(unsent);
    return got;
}

std::size_t Stream::write_secure(std::string_view bytes, Error& error) {
    if (encrypted_ == 0) {
        encrypted_ = std::min(bytes.size(), write_bytes_max);
        tls_->write(bytes.substr(0, encrypted_), error);
        if (error) return 0;
    }
    send_outgoing(error);
    return error ? 0 : std::exchange(encrypted_, 0);
}

void Stream::send_outgoing(Error& error) {
    while (!tls_->outgoing().empty() && !error) {
        const std::string_view bytes = tls_->outgoing();
        tls_->sent(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
    }
}

std::size_t Stream::untaken() noexcept {
    int bytes = 0;
    return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes)
                                                                   : 0;
}

void Stream::finish(Error& error) {
    if (tls_) {
        if (!is_finished_) tls_->close();
        is_finished_ = true;
        send_outgoing(error);
        if (error) return;
    }
    socket_.shutdown(Socket::shutdown_send, error);
}

void Stream::close() noexcept {
    Error ignored;
    socket_.close(ignored);
}

bool Stream::is_of_tls(const Error& error) noexcept {
    return error.category() == asio::error::get_ssl_category();
}

}  // namespace allot

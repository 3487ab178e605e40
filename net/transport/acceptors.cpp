#include "net/transport/acceptors.hpp"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/assert.hpp>
#include <string_view>
#include <utility>

#include "net/http/reply.hpp"
#include "net/transport/connection_manager.hpp"

namespace allot {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds accept_retry{100};

/// The system has no descriptors or memory left, until other connections close.
bool is_exhaustion(const error_code& error) {
    namespace errc = boost::system::errc;
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::no_buffer_space || error == errc::not_enough_memory;
}

}  // namespace

Acceptors::Acceptors(asio::io_context& io, ConnectionManager& manager)
    : io_{io}, manager_{manager}, spare_{io} {}

void Acceptors::open(Tcp::acceptor listening, Protocol protocol) {
    acceptors_.push_back(std::make_unique<Acceptor>(
        Acceptor{std::move(listening), protocol, asio::steady_timer{io_}}));
    accept(*acceptors_.back());
}

Acceptors::Tcp::endpoint Acceptors::endpoint(Protocol protocol) const {
    const auto acceptor = std::ranges::find_if(
        acceptors_, [&](const auto& each) { return each->protocol == protocol; });
    BOOST_ASSERT(acceptor != acceptors_.end());
    return (*acceptor)->listening.local_endpoint();
}

void Acceptors::accept(Acceptor& acceptor) {
    acceptor.listening.async_accept([this, alive = manager_.shared_from_this(), &acceptor](
                                        const error_code& error, Tcp::socket socket) {
        accepted(acceptor, error, std::move(socket));
    });
}

void Acceptors::accepted(Acceptor& acceptor, const error_code& error, Tcp::socket socket) {
    if (!acceptor.listening.is_open()) return;  // closed since
    if (is_exhaustion(error) && !refuse_with_spare(acceptor)) return accept_later(acceptor);
    if (!error) {
        manager_.context().clock.now = steady_clock::now();
        ++manager_.context().counters.connections;
        if (manager_.size() >= manager_.options().clients_max) {
            refuse(acceptor, std::move(socket), DisconnectReason::clients_max);
        } else {
            manager_.add(std::move(socket), acceptor.protocol);
        }
    }
    accept(acceptor);
}

void Acceptors::accept_later(Acceptor& acceptor) {
    ++manager_.context().counters.accept_retries;
    acceptor.retry.expires_after(accept_retry);
    acceptor.retry.async_wait(
        [this, alive = manager_.shared_from_this(), &acceptor](const error_code& cancelled) {
            if (!cancelled && acceptor.listening.is_open()) accept(acceptor);
        });
}

/// Does not block: the socket's buffer is empty and has space for the reply.
void Acceptors::refuse(const Acceptor& acceptor, Tcp::socket socket, DisconnectReason cause) {
    Counters& counters = manager_.context().counters;
    counters.count(cause);
    counters.count(ErrorCode::generic);
    const std::string_view reply = acceptor.protocol == Protocol::http
                                       ? http::too_many_clients
                                       : "-ERR max number of clients reached\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    // With TLS, a reply would require a handshake.
    if (!manager_.options().tls)
        socket.write_some(asio::buffer(reply.data(), reply.size()), ignored);
    socket.shutdown(Tcp::socket::shutdown_both, ignored);
}

/// Closes the spare descriptor for as long as it takes to accept and refuse a connection.
/// \return false if none was waiting: accept() fails for lack of a descriptor even then.
bool Acceptors::refuse_with_spare(Acceptor& acceptor) {
    error_code ignored;
    if (!spare_.is_open()) return false;
    spare_.close(ignored);
    error_code error;
    acceptor.listening.non_blocking(true, error);
    Tcp::socket socket{io_};
    if (!error) acceptor.listening.accept(socket, error);
    if (!error) {
        ++manager_.context().counters.connections;
        refuse(acceptor, std::move(socket), DisconnectReason::no_descriptors);
    }
    keep_spare();
    return !error;
}

void Acceptors::keep_spare() {
    if (spare_.is_open()) return;
    const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    error_code ignored;
    if (any >= 0) spare_.assign(any, ignored);
}

void Acceptors::close() {
    for (const auto& acceptor : acceptors_) {
        error_code ignored;
        acceptor->listening.close(ignored);
        acceptor->retry.cancel();
    }
}

}  // namespace allot

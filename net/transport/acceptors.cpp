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

/// Descriptors or memory have run out: it passes, as others close.
bool is_exhaustion(const error_code& error) {
    namespace errc = boost::system::errc;
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::no_buffer_space || error == errc::not_enough_memory;
}

}  // namespace

Doors::Doors(asio::io_context& io, Listener& listener) : io_{io}, listener_{listener}, spare_{io} {}

void Doors::open(Tcp::acceptor listening, Protocol protocol) {
    doors_.push_back(
        std::make_unique<Door>(Door{std::move(listening), protocol, asio::steady_timer{io_}}));
    accept(*doors_.back());
}

Doors::Tcp::endpoint Doors::endpoint(Protocol protocol) const {
    const auto door =
        std::ranges::find_if(doors_, [&](const auto& each) { return each->protocol == protocol; });
    BOOST_ASSERT(door != doors_.end());
    return (*door)->acceptor.local_endpoint();
}

void Doors::accept(Door& door) {
    door.acceptor.async_accept([this, alive = listener_.shared_from_this(), &door](
                                   const error_code& error, Tcp::socket socket) {
        accepted(door, error, std::move(socket));
    });
}

void Doors::accepted(Door& door, const error_code& error, Tcp::socket socket) {
    if (!door.acceptor.is_open()) return;  // closed meanwhile
    if (is_exhaustion(error) && !refuse_with_spare(door)) return accept_later(door);
    if (!error) {
        listener_.context().clock.now = steady_clock::now();
        ++listener_.context().counters.connections;
        if (listener_.size() >= listener_.options().clients_max) {
            refuse(door, std::move(socket), Drop::clients_max);
        } else {
            listener_.came(std::move(socket), door.protocol);
        }
    }
    accept(door);
}

void Doors::accept_later(Door& door) {
    ++listener_.context().counters.accept_retries;
    door.retry.expires_after(accept_retry);
    door.retry.async_wait(
        [this, alive = listener_.shared_from_this(), &door](const error_code& cancelled) {
            if (!cancelled && door.acceptor.is_open()) accept(door);
        });
}

/// The socket's buffer is empty and takes the few bytes at once; nobody waits for the client.
void Doors::refuse(const Door& door, Tcp::socket socket, Drop cause) {
    Counters& counters = listener_.context().counters;
    counters.count(cause);
    counters.count(ErrorCode::generic);
    const std::string_view reply = door.protocol == Protocol::http
                                       ? http::too_many_clients
                                       : "-ERR max number of clients reached\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    // Within TLS it would take a handshake to say so.
    if (!listener_.options().tls)
        socket.write_some(asio::buffer(reply.data(), reply.size()), ignored);
    socket.shutdown(Tcp::socket::shutdown_both, ignored);
}

/// Out of descriptors, one is given up for the moment that it takes to tell a client.
/// \return false when nobody was there: the system finds no descriptor before it looks for a
/// client.
bool Doors::refuse_with_spare(Door& door) {
    error_code ignored;
    if (!spare_.is_open()) return false;
    spare_.close(ignored);
    error_code error;
    door.acceptor.non_blocking(true, error);
    Tcp::socket socket{io_};
    if (!error) door.acceptor.accept(socket, error);
    if (!error) {
        ++listener_.context().counters.connections;
        refuse(door, std::move(socket), Drop::no_descriptors);
    }
    keep_spare();
    return !error;
}

void Doors::keep_spare() {
    if (spare_.is_open()) return;
    const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    error_code ignored;
    if (any >= 0) spare_.assign(any, ignored);
}

void Doors::close() {
    for (const auto& door : doors_) {
        error_code ignored;
        door->acceptor.close(ignored);
        door->retry.cancel();
    }
}

}  // namespace allot

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "net/core/counters.hpp"
#include "net/transport/connection.hpp"

namespace allot {

class Listener;

/// The addresses at which a listener's clients come. Who is one too many, or comes when no
/// descriptor is left, is told so in a word of his protocol, and nobody waits for him. Part of the
/// listener, and lives as long.
class Doors {
public:
    using Tcp = boost::asio::ip::tcp;

    Doors(boost::asio::io_context& io, Listener& listener);
    Doors(const Doors&) = delete;
    Doors& operator=(const Doors&) = delete;

    /// Begins to accept, at one address more. \param listening is doing so already.
    void open(Tcp::acceptor listening, Protocol protocol);
    /// Nobody comes any more.
    void close();
    /// A descriptor is kept for telling those for whom there is none. To be called now and then:
    /// one that was given up may not have been there again at once.
    void keep_spare();

    [[nodiscard]] bool empty() const noexcept { return doors_.empty(); }
    /// \pre open() for the protocol
    [[nodiscard]] Tcp::endpoint endpoint(Protocol protocol) const;

private:
    struct Door {
        Tcp::acceptor acceptor;
        Protocol protocol;
        boost::asio::steady_timer retry;
    };

    void accept(Door& door);
    void accepted(Door& door, const boost::system::error_code& error, Tcp::socket socket);
    void accept_later(Door& door);
    void refuse(const Door& door, Tcp::socket socket, Drop cause);
    bool refuse_with_spare(Door& door);

    boost::asio::io_context& io_;
    Listener& listener_;
    std::vector<std::unique_ptr<Door>> doors_;
    boost::asio::posix::stream_descriptor spare_;  // given up to refuse where there are no others
};

}  // namespace allot

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

class ConnectionManager;

/// The listening sockets of a server. A connection beyond `clients_max`, or one that arrives when
/// no file descriptor is free, receives a one-line error in its protocol and is closed. This never
/// blocks. A member of the manager.
class Acceptors {
public:
    using Tcp = boost::asio::ip::tcp;

    Acceptors(boost::asio::io_context& io, ConnectionManager& manager);
    Acceptors(const Acceptors&) = delete;
    Acceptors& operator=(const Acceptors&) = delete;

    /// Accepts at one more address. \param listening already listens.
    void open(Tcp::acceptor listening, Protocol protocol);
    /// Accepts no more connections.
    void close();
    /// Opens the spare descriptor, which is closed to accept and refuse a connection when no other
    /// is free. To be called repeatedly, as reopening it may fail.
    void keep_spare();

    [[nodiscard]] bool empty() const noexcept { return acceptors_.empty(); }
    /// \pre open() for the protocol
    [[nodiscard]] Tcp::endpoint endpoint(Protocol protocol) const;

private:
    struct Acceptor {
        Tcp::acceptor listening;
        Protocol protocol;
        boost::asio::steady_timer retry;
    };

    void accept(Acceptor& acceptor);
    void accepted(Acceptor& acceptor, const boost::system::error_code& error, Tcp::socket socket);
    void accept_later(Acceptor& acceptor);
    void refuse(const Acceptor& acceptor, Tcp::socket socket, DisconnectReason cause);
    bool refuse_with_spare(Acceptor& acceptor);

    boost::asio::io_context& io_;
    ConnectionManager& manager_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    boost::asio::posix::stream_descriptor spare_;  // see keep_spare()
};

}  // namespace allot

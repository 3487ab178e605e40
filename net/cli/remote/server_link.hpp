#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/cli/settings/rules.hpp"

namespace allot::program {

/// How a client of a server knows it, and is known by it. Files are in PEM.
struct ClientTls {
    std::string ca;           ///< of CAs that the client trusts; empty: those of the system
    std::string certificate;  ///< of the client, for servers that want one; empty: none
    std::string key;          ///< of that certificate
};

/// A connection that failed or did not come about. The text names the server, and what to do.
class LinkError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A connection to a server, with TLS or without. Every call ends within its deadline, or throws
/// LinkError; after that the connection is of no use.
class ServerLink {
public:
    static constexpr std::chrono::seconds connect_max{10};
    static constexpr std::chrono::seconds answer_max{60};

    /// Connects, and makes the handshake. \param tls none: in the clear.
    ServerLink(const Endpoint& server, const std::optional<ClientTls>& tls);
    ServerLink(const ServerLink&) = delete;
    ServerLink& operator=(const ServerLink&) = delete;

    /// Sends all of it, while what the server sends meanwhile waits in the socket.
    void send(std::string_view bytes);
    /// Appends what has come, a byte at least.
    void receive(std::string& to);

    /// `host:port`
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    using Done = std::function<void(boost::system::error_code, std::size_t)>;

    void connect(const Endpoint& server);
    void shake_hands(const Endpoint& server, const ClientTls& tls);
    /// Runs one operation. \return the bytes that it moved.
    std::size_t within(std::chrono::seconds time, const std::function<void(Done)>& start,
                       boost::system::error_code& error);
    [[noreturn]] void fail_at(std::string_view deed, const boost::system::error_code& error);

    std::string name_;
    bool has_answered_ = false;  // a byte at least
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::socket socket_{io_};
    std::unique_ptr<boost::asio::ssl::context> context_;
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace allot::program

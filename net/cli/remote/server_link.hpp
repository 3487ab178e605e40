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

/// The PEM files of a client that uses TLS.
struct ClientTls {
    std::string ca;           ///< CAs that the client trusts; empty: those of the system
    std::string certificate;  ///< certificate of the client; empty: none
    std::string key;          ///< key of that certificate
};

/// An error of a connection. The text names the server, and what to do.
class LinkError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A connection to a server, with TLS or without. Every call ends within its deadline, or throws
/// LinkError; after that the connection is unusable.
class ServerLink {
public:
    static constexpr std::chrono::seconds connect_max{10};
    static constexpr std::chrono::seconds answer_max{60};

    /// Connects. \param tls none: without TLS.
    ServerLink(const Endpoint& server, const std::optional<ClientTls>& tls);
    ServerLink(const ServerLink&) = delete;
    ServerLink& operator=(const ServerLink&) = delete;

    /// Sends all bytes, without reading meanwhile.
    void send(std::string_view bytes);
    /// Waits for input and appends it.
    void receive(std::string& to);

    /// `host:port`
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    using Done = std::function<void(boost::system::error_code, std::size_t)>;

    void connect(const Endpoint& server);
    void shake_hands(const Endpoint& server, const ClientTls& tls);
    /// Runs one operation. \return the number of bytes transferred.
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

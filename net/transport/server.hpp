#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/core/backend.hpp"
#include "net/core/counters.hpp"
#include "net/core/loading.hpp"
#include "net/core/password.hpp"
#include "net/limits.hpp"
#include "net/transport/tls.hpp"

namespace allot {

class ConnectionManager;

struct ServerOptions {
    int backlog = 511;  ///< connections that the system may queue
    std::size_t clients_max = 10'000;
    /// Buffers of all clients together. Beyond it, the client that holds most is disconnected.
    std::size_t clients_memory_max = 40 * kibibyte * kibibyte;
    SessionLimits session{};
    /// None: every client that reaches the address may change the stock.
    std::optional<Password> password{};
    std::shared_ptr<TlsContext> tls{};  ///< null: no TLS
    /// Receives, on the server's thread, warnings for the operator about errors of clients.
    std::function<void(std::string_view)> warning{};
    // Deadlines, checked four times a second. 0: none.
    std::chrono::milliseconds idle_max{0};  ///< without a request
    /// The time from the first byte of a request to its last.
    std::chrono::milliseconds request_stalled_max{30'000};
    std::chrono::milliseconds output_stalled_max{10'000};  ///< not a byte of output taken
    /// The time from connecting to the end of the TLS handshake, and to the right password if one
    /// is set.
    std::chrono::milliseconds handshake_max{10'000};
    /// Commands that take at least as long are kept for SLOWLOG.
    std::chrono::microseconds slow_log_from{10'000};
    /// The time from the last reply until the client closes, too.
    std::chrono::milliseconds await_close_max{1'000};
};

/// Serves a backend to clients over TCP. Runs on the one thread that runs its io_context; only the
/// functions that the journal calls are thread-safe.
class Server {
public:
    /// Until serve(), replies report the progress of opening the store.
    /// \param io is run by one thread, and outlives the server and the backend's journal.
    /// \param loading outlives the server.
    Server(boost::asio::io_context& io, const Loading& loading, ServerOptions options = {});
    /// Serves the store, which is open, from now on, also to clients that are already connected.
    /// Once only, and while `io` does not run, or on the thread that runs it.
    void serve(Backend backend);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// Closes every connection at once.
    ~Server();

    /// Binds an address for listen(). Connections are refused until then.
    /// \param host a name or an address, IPv4 or IPv6 \param port 0: any that is free
    /// \throws boost::system::system_error when the address is unknown, taken or forbidden.
    [[nodiscard]] static boost::asio::ip::tcp::acceptor bind(boost::asio::io_context& io,
                                                             const std::string& host,
                                                             std::uint16_t port);
    /// Begins to listen and accept.
    /// \throws boost::system::system_error if another socket listens there by now.
    void listen(boost::asio::ip::tcp::acceptor bound);
    /// Begins to listen and accept for clients of HTTP (net/http/HTTP.md).
    void listen_http(boost::asio::ip::tcp::acceptor bound);
    /// Returns the address on which it listens for clients of RESP. \pre listen()
    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const;
    /// \pre listen_http()
    [[nodiscard]] boost::asio::ip::tcp::endpoint http_endpoint() const;

    /// Shuts down gracefully: accepts and reads no more, executes the input read so far, waits
    /// until it is durable, sends the replies, and closes. `done(clean)` is called once: with false
    /// if the rest was cut off at `deadline`, or if the storage has failed. Once only.
    void drain(std::chrono::milliseconds deadline, std::function<void(bool clean)> done);

    [[nodiscard]] std::size_t clients() const noexcept;
    [[nodiscard]] const Counters& counters() const noexcept;
    /// The memory held by the buffers of all clients.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept;

private:
    std::shared_ptr<ConnectionManager> manager_;
};

}  // namespace allot

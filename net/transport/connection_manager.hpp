#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "net/core/server_context.hpp"
#include "net/transport/acceptors.hpp"
#include "net/transport/connection.hpp"
#include "net/transport/durable_signal.hpp"
#include "net/transport/server.hpp"

namespace allot {

/// The inside of a Server: keeps the list of connections that its doors let in, wakes those that
/// wait for durability, and enforces deadlines. Lives as long as a handler may still refer to it.
class Listener : public std::enable_shared_from_this<Listener> {
public:
    using Tcp = boost::asio::ip::tcp;

    Listener(boost::asio::io_context& io, const Loading& loading, ServerOptions options);

    /// The store is open: from now on it is served.
    void serve(Backend backend);

    /// Begins to accept, at one address more. \param bound has an address, is not listening yet.
    void open(Tcp::acceptor bound, Protocol protocol);
    void drain(std::chrono::milliseconds deadline, std::function<void(bool clean)> done);
    /// Closes everything at once.
    void shut();

    /// \pre open() for the protocol
    [[nodiscard]] Tcp::endpoint endpoint(Protocol protocol) const {
        return doors_.endpoint(protocol);
    }
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
    [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
    [[nodiscard]] ServerContext& context() noexcept { return context_; }
    [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

    // For doors
    /// A client is let in.
    void came(Tcp::socket socket, Protocol protocol);

    // For connections
    /// It has executed something: flush() is called at the end of the round.
    void took_turn(Connection& connection);
    /// It has output although it has taken no turn: likewise.
    void touched(Connection& connection);
    /// flush() is called once more of the history is durable.
    void await_durability(Connection& connection);
    /// resume() is called once the history has reached the fact that it waits for.
    void await_facts(Connection& connection);
    void closed(Connection& connection);
    /// Drops whoever holds most memory, while all together hold too much although their sockets
    /// were given what they take. Not within a turn.
    void relieve() {
        if (context_.usage.buffer_bytes > options_.clients_memory_max) make_room();
    }

private:
    void listed(Connection& connection);
    void make_room();
    void make_room_amid_turn();
    void send_early();
    void drop_largest();
    void end_round();
    void wake();
    void end_round_later();
    void watch_facts();
    void resume_waiting();
    void forget_waiting(Connection& connection);
    void tick();
    void close_all();
    void drained();

    boost::asio::io_context& io_;
    ServerOptions options_;
    ServerContext context_;
    Doors doors_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer drain_timer_;
    std::shared_ptr<DurableSignal> durable_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::vector<std::shared_ptr<Connection>> round_;     // have taken a turn in it
    std::vector<std::shared_ptr<Connection>> awaiting_;  // durability
    std::vector<std::shared_ptr<Connection>> waiting_;   // for facts
    std::vector<std::shared_ptr<Connection>> flushed_;   // being flushed; here to keep its memory
    std::uint64_t round_began_ = 0;                      // after so many commands
    bool round_end_posted_ = false;
    std::function<void(bool clean)> done_;  // while draining
    bool cut_off_ = false;                  // the deadline of drain() came first
    bool shut_ = false;
};

}  // namespace allot

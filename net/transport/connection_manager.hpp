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

/// The implementation of Server: keeps the list of connections, commits their commands in batches,
/// wakes those that wait for durability or for facts, and enforces deadlines and the memory limit.
/// Handlers of Asio share its ownership.
class ConnectionManager : public std::enable_shared_from_this<ConnectionManager> {
public:
    using Tcp = boost::asio::ip::tcp;

    ConnectionManager(boost::asio::io_context& io, const Loading& loading, ServerOptions options);

    /// Serves the store, which is open, from now on.
    void serve(Backend backend);

    /// Listens and accepts at one more address. \param bound does not listen yet.
    void open(Tcp::acceptor bound, Protocol protocol);
    void drain(std::chrono::milliseconds deadline, std::function<void(bool clean)> done);
    /// Closes everything at once.
    void shut();

    /// \pre open() for the protocol
    [[nodiscard]] Tcp::endpoint endpoint(Protocol protocol) const {
        return acceptors_.endpoint(protocol);
    }
    [[nodiscard]] const ServerOptions& options() const noexcept { return options_; }
    [[nodiscard]] ServerContext& context() noexcept { return context_; }
    [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

    // For acceptors
    /// Begins to serve an accepted connection.
    void add(Tcp::socket socket, Protocol protocol);

    // For connections
    /// Notes that it has executed something: flush() is called once the batch is committed.
    void executed(Connection& connection);
    /// Notes that it has output without having executed anything: flush() is called likewise.
    void touched(Connection& connection);
    /// flush() is called once more of the history is durable.
    void await_durability(Connection& connection);
    /// resume() is called once the history has the awaited fact.
    void await_facts(Connection& connection);
    void closed(Connection& connection);
    /// While all connections together hold too much memory, even after sending what their sockets
    /// accept, disconnects the one that holds most. Not while a session executes.
    void enforce_memory_limit() {
        if (context_.usage.buffer_bytes > options_.clients_memory_max) free_memory();
    }

private:
    void add_to_batch(Connection& connection);
    void free_memory();
    void free_memory_while_executing();
    void send_early();
    void disconnect_largest();
    void commit_batch();
    void wake();
    void commit_batch_later();
    void watch_facts();
    void resume_waiting();
    void remove_waiting(Connection& connection);
    void tick();
    void close_all();
    void drained();

    boost::asio::io_context& io_;
    ServerOptions options_;
    ServerContext context_;
    Acceptors acceptors_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer drain_timer_;
    std::shared_ptr<DurableSignal> durable_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::vector<std::shared_ptr<Connection>> batch_;     // have executed in it
    std::vector<std::shared_ptr<Connection>> awaiting_;  // durability
    std::vector<std::shared_ptr<Connection>> waiting_;   // for facts
    std::vector<std::shared_ptr<Connection>> flushed_;   // being flushed; keeps its capacity
    std::uint64_t batch_began_ = 0;                      // value of `counters.commands` then
    bool commit_posted_ = false;
    std::function<void(bool clean)> done_;  // while draining
    bool cut_off_ = false;                  // the deadline of drain() has passed
    bool shut_ = false;
};

}  // namespace allot

#include "net/transport/connection_manager.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/assert.hpp>
#include <functional>
#include <utility>

#include "net/commands/registry.hpp"
#include "net/core/redis_terms.hpp"
#include "net/http/reply.hpp"

namespace allot {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds tick_interval{250};

std::int64_t unix_seconds(std::chrono::system_clock::time_point at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

ConnectionManager::ConnectionManager(asio::io_context& io, const Loading& loading,
                                     ServerOptions options)
    : io_{io},
      options_{std::move(options)},
      context_{command_table(), loading, options_.session, options_.password},
      acceptors_{io, *this},
      tick_timer_{io},
      drain_timer_{io} {
    context_.clock.started = context_.clock.now = steady_clock::now();
    context_.identity.run_id = random_run_id();
    context_.identity.clients_max = options_.clients_max;
    context_.clock.unix_time = context_.clock.unix_started =
        unix_seconds(std::chrono::system_clock::now());
    context_.timings.clock = &steady_clock::now;
    context_.timings.slow.threshold = options_.slow_log_from;
    context_.warnings = RateLimitedLog{options_.warning};
}

void ConnectionManager::open(Tcp::acceptor bound, Protocol protocol) {
    bound.listen(options_.backlog);
    const auto endpoint = bound.local_endpoint();
    if (protocol == Protocol::http) {
        context_.identity.http_port = endpoint.port();
        // A web page may have its own host name resolve to this address.
        context_.identity.http_local_names_only =
            endpoint.address().is_loopback() && !options_.password;
    } else {
        context_.identity.port = endpoint.port();
    }
    if (acceptors_.empty()) tick();
    acceptors_.open(std::move(bound), protocol);
}

void ConnectionManager::add(Tcp::socket socket, Protocol protocol) {
    auto connection = std::make_shared<Connection>(std::move(socket), shared_from_this(), protocol);
    connection->index = connections_.size();
    connections_.push_back(connection);
    connection->start();
}

void ConnectionManager::serve(Backend backend) {
    context_.open(std::move(backend));
    durable_ = std::make_shared<DurableSignal>(io_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->wake();
    });
    context_.store.backend.journal->on_durable([signal = durable_](Lsn lsn) {
        if (lsn == ~Lsn{0}) {
            signal->fail();
        } else {
            signal->progress();
        }
    });
}

void ConnectionManager::await_durability(Connection& connection) {
    if (connection.awaits_durability) return;
    connection.awaits_durability = true;
    awaiting_.push_back(connection.shared_from_this());
    if (awaiting_.size() > 1) return;
    const Lsn seen = context_.store.durable();
    durable_->arm();
    // Progress made before it was armed did not wake.
    if (context_.store.durable() != seen || !connection.holds_beyond(seen)) {
        durable_->progress();
    }
}

void ConnectionManager::await_facts(Connection& connection) {
    if (!connection.awaits_facts) {
        connection.awaits_facts = true;
        connection.waiter_index = waiting_.size();
        waiting_.push_back(connection.shared_from_this());
    }
    durable_->arm();
    // Progress made before it was armed did not wake.
    if (connection.awaited_fact() <= context_.store.backend.history->end()) durable_->progress();
}

void ConnectionManager::remove_waiting(Connection& connection) {
    if (!std::exchange(connection.awaits_facts, false)) return;
    const std::size_t index = connection.waiter_index;
    std::swap(waiting_[index], waiting_.back());
    waiting_[index]->waiter_index = index;
    waiting_.pop_back();
}

/// A posted commit runs after all handlers that the reactor has found ready, before it waits again.
void ConnectionManager::executed(Connection& connection) {
    add_to_batch(connection);
    // Bounds how long the store stays locked and replies wait: by the commands of one slice.
    if (context_.counters.commands - batch_began_ >= context_.limits.commands_per_slice)
        return commit_batch();
    commit_batch_later();
}

/// Neither commits the batch nor closes a connection, as another session may be executing. Near the
/// memory limit, sends a message to many subscribers as it is queued.
void ConnectionManager::touched(Connection& connection) {
    add_to_batch(connection);
    commit_batch_later();
    if (context_.usage.buffer_bytes <= options_.clients_memory_max / 2) return;
    context_.store.unlock();  // other threads need not wait for sockets
    connection.send_early();
    if (context_.usage.buffer_bytes > options_.clients_memory_max) free_memory_while_executing();
}

void ConnectionManager::add_to_batch(Connection& connection) {
    if (std::exchange(connection.in_batch, true)) return;
    batch_.push_back(connection.shared_from_this());
}

void ConnectionManager::commit_batch_later() {
    if (std::exchange(commit_posted_, true)) return;
    asio::post(io_, [self = shared_from_this()] {
        self->commit_posted_ = false;
        self->commit_batch();
    });
}

void ConnectionManager::commit_batch() {
    context_.store.unlock();
    batch_began_ = context_.counters.commands;
    flushed_.swap(batch_);
    for (const auto& connection : flushed_) {
        connection->in_batch = false;
        connection->flush();
    }
    flushed_.clear();
    watch_facts();
}

/// Wakes at each progress of the history while facts have subscribers.
void ConnectionManager::watch_facts() {
    if (!context_.pub_sub.has_fact_subscribers() || shut_) return;
    durable_->arm();
    // Progress made before it was armed did not wake.
    if (context_.pub_sub.has_facts()) durable_->progress();
}

void ConnectionManager::wake() {
    context_.clock.now = steady_clock::now();
    context_.store.failed = durable_->failed();
    context_.store.unlock();
    context_.pub_sub.deliver(delivered_facts_max);
    commit_batch();
    flushed_.swap(awaiting_);
    for (const auto& connection : flushed_) {
        connection->awaits_durability = false;
        connection->flush();
    }
    flushed_.clear();
    resume_waiting();
    if (!context_.store.failed) return;
    // The output that they hold will never be durable.
    for (std::size_t i = connections_.size(); i-- > 0;) {
        const auto connection = connections_[i];
        if (!connection->holds_beyond(context_.store.durable())) continue;
        connection->disconnect(DisconnectReason::storage_failed);
    }
}

void ConnectionManager::resume_waiting() {
    if (waiting_.empty()) return;
    const Lsn end = context_.store.backend.history->end();
    // While this cursor exists, facts that one connection reads are kept for the others.
    const auto kept = context_.store.backend.history->read(end + 1);
    const auto waiting = std::exchange(waiting_, {});
    for (const auto& connection : waiting) connection->awaits_facts = false;
    for (const auto& connection : waiting) {
        if (!connection->is_waiting()) continue;
        if (context_.store.failed || connection->awaited_fact() <= end) {
            connection->resume();
        } else {
            await_facts(*connection);
        }
    }
}

/// Runs from the last to the first, as closed() moves the last to the index of the closed one.
void ConnectionManager::tick() {
    context_.clock.now = steady_clock::now();
    const auto date = std::chrono::system_clock::now();
    context_.clock.http_date = http::date_of(date);
    context_.clock.unix_time = unix_seconds(date);
    for (std::size_t i = connections_.size(); i-- > 0;) {
        if (i >= connections_.size()) continue;  // others were closed, too
        const auto connection = connections_[i];
        connection->check_deadlines(options_);
    }
    acceptors_.keep_spare();
    if (shut_) return;
    tick_timer_.expires_after(tick_interval);
    tick_timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled && !self->shut_) self->tick();
    });
}

void ConnectionManager::send_early() {
    for (const auto& connection : connections_) connection->send_early();
}

void ConnectionManager::free_memory() {
    commit_batch();
    send_early();
    while (context_.usage.buffer_bytes > options_.clients_memory_max && !connections_.empty())
        disconnect_largest();
}

/// Disconnects as many of the largest connections as makes space for some more output: examining
/// all of them for each message would take long.
void ConnectionManager::free_memory_while_executing() {
    send_early();
    if (context_.usage.buffer_bytes <= options_.clients_memory_max) return;
    std::vector<std::pair<std::size_t, Connection*>> largest;
    largest.reserve(connections_.size());
    for (const auto& each : connections_) largest.emplace_back(each->buffer_bytes(), each.get());
    std::ranges::sort(largest, std::greater{});
    for (const auto& [bytes, connection] : largest) {
        if (context_.usage.buffer_bytes <= options_.clients_memory_max / 4 * 3) return;
        if (connection->discard_output(DisconnectReason::clients_memory)) add_to_batch(*connection);
    }
}

void ConnectionManager::disconnect_largest() {
    const auto largest = std::ranges::max_element(
        connections_, {}, [](const auto& connection) { return connection->buffer_bytes(); });
    BOOST_ASSERT(largest != connections_.end());
    const auto connection = *largest;
    connection->disconnect(DisconnectReason::clients_memory);
}

void ConnectionManager::closed(Connection& connection) {
    remove_waiting(connection);
    const std::size_t index = connection.index;
    std::swap(connections_[index], connections_.back());
    connections_[index]->index = index;
    connections_.pop_back();
    if (connections_.empty() && done_) drained();
}

void ConnectionManager::drain(std::chrono::milliseconds deadline,
                              std::function<void(bool clean)> done) {
    done_ = std::move(done);
    acceptors_.close();
    context_.clock.now = steady_clock::now();
    if (connections_.empty()) return drained();
    for (const auto& connection : connections_) connection->finish();
    drain_timer_.expires_after(deadline);
    drain_timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (cancelled || self->shut_) return;
        self->cut_off_ = true;
        self->close_all();
    });
}

void ConnectionManager::drained() {
    const bool clean = !cut_off_ && !context_.store.failed;
    shut();
    asio::post(io_, [done = std::exchange(done_, nullptr), clean] { done(clean); });
}

void ConnectionManager::close_all() {
    while (!connections_.empty()) {
        const auto connection = connections_.back();
        connection->close();
    }
}

void ConnectionManager::shut() {
    shut_ = true;
    acceptors_.close();
    tick_timer_.cancel();
    drain_timer_.cancel();
    if (durable_) durable_->disconnect();
    close_all();
    context_.store.unlock();  // the backend may be gone before this is
    batch_.clear();
    awaiting_.clear();
    waiting_.clear();
}

}  // namespace allot

#include "net/transport/connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "net/http/http_session.hpp"
#include "net/resp/resp_session.hpp"
#include "net/transport/connection_manager.hpp"

namespace allot {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
std::string peer_of(Connection::Socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return "gone";
    const std::string address = endpoint.address().to_string();
    const bool v6 = endpoint.address().is_v6();
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

std::unique_ptr<Session> make_session(Protocol protocol, ServerContext& context, std::string peer) {
    if (protocol == Protocol::http) return std::make_unique<HttpSession>(context, std::move(peer));
    return std::make_unique<RespSession>(context, std::move(peer));
}
}  // namespace

Connection::Connection(Socket socket, std::shared_ptr<ConnectionManager> manager, Protocol protocol)
    : stream_{std::move(socket), manager->options().tls.get()},
      manager_{std::move(manager)},
      context_{manager_->context()},
      session_{make_session(protocol, context_, peer_of(stream_.socket()))},
      progress_{context_.clock.now} {
    session_->on_output([this] { manager_->touched(*this); });
}

void Connection::read() {
    if (reading_) return;
    reading_ = true;
    stream_.async_read_some(session_->prepare(),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                                self->reading_ = false;
                                if (self->stage_ != Stage::closed) self->received(error, n);
                            });
}

void Connection::received(const error_code& error, std::size_t bytes) {
    if (stage_ == Stage::awaiting_close) {
        if (error) return close();
        return read();  // the input is discarded
    }
    if (error && Stream::is_of_tls(error)) return disconnect(DisconnectReason::tls_failed);
    if (error && error != asio::error::eof) return close();
    if (!error && bytes == 0) return await_rest();
    if (error) {
        finishing_ = true;
    } else if (!finishing_) {
        session_->received(bytes);
    }
    step();
}

/// Part of a handshake or of a TLS record has arrived: it takes memory, too.
void Connection::await_rest() {
    context_.clock.now = std::chrono::steady_clock::now();
    account();
    manager_->enforce_memory_limit();
    if (stage_ != Stage::closed) read();
}

/// Executes one slice. Its output is sent once the batch is committed: see flush().
void Connection::step() {
    context_.clock.now = std::chrono::steady_clock::now();
    ++context_.counters.slices;
    session_->set_underway_bytes(stream_.buffer_bytes());
    if (finishing_) session_->finish();
    executing_ = true;
    const Session::ExecuteResult result = session_->execute();
    executing_ = false;
    if (result == Session::ExecuteResult::disconnected) return close();
    has_backpressure_ = result == Session::ExecuteResult::backpressure;
    // At its end the server waits neither for facts nor to reply to a wrong password.
    const bool needs_input = result == Session::ExecuteResult::need_input;
    const bool is_blocked = result == Session::ExecuteResult::blocked;
    if ((needs_input || is_blocked || result == Session::ExecuteResult::delayed) && finishing_)
        session_->end();
    manager_->executed(*this);
    if (stage_ != Stage::closed && is_blocked && !finishing_) manager_->await_facts(*this);
    // Reading from a blocked client shows when it has closed the connection.
    const bool reads = needs_input || (is_blocked && session_->reads_while_blocked());
    if (stage_ != Stage::closed && reads && !finishing_) read();
    manager_->enforce_memory_limit();
    if (stage_ != Stage::closed && result == Session::ExecuteResult::yield) step_later();
}

void Connection::step_later() {
    if (step_posted_) return;
    step_posted_ = true;
    asio::post(stream_.socket().get_executor(), [self = shared_from_this()] {
        self->step_posted_ = false;
        if (self->stage_ == Stage::open) self->step();
    });
}

// Writes at once, without the reactor: usually the client reads its replies, and the socket has
// space.
void Connection::flush() {
    if (stage_ != Stage::open) return;
    if (session_->is_disconnected()) return close();
    if (awaits_writable_) return;
    is_full_ = false;
    if (!session_->output().has_sendable(context_.store.durable())) return settle();
    const error_code error = send();
    if (!error) return settle();
    if (error == asio::error::would_block) return await_writable();
    close();
}

/// \return the error that kept it from sending all durable output.
error_code Connection::send() {
    OutputQueue& output = session_->output();
    const auto waited = [this](ServerContext::Time since) {
        context_.timings.durable.add(context_.clock.now - since);
    };
    error_code error;
    while (!output.sending().empty() || output.release(context_.store.durable(), waited)) {
        const std::size_t sent = stream_.write_some(output.sending(), error);
        if (error) break;
        ++context_.counters.writes;
        context_.counters.bytes_out += sent;
        output.sent(sent);
        progress_ = context_.clock.now;
    }
    account();
    return error;
}

void Connection::send_early() {
    if (stage_ != Stage::open || executing_ || session_->is_disconnected()) return;
    if (!awaits_writable_ && !is_full_) is_full_ = static_cast<bool>(send());  // flush() handles it
    session_->output().trim();
    account();
}

bool Connection::discard_output(DisconnectReason cause) {
    return stage_ == Stage::open && !executing_ && session_->discard_output(cause);
}

/// Continues once all released output has been sent.
void Connection::settle() {
    const OutputQueue& output = session_->output();
    if (!output.empty()) {
        manager_->await_durability(*this);
    } else if (session_->ended()) {
        return await_close();
    }
    if (has_backpressure_ && output.bytes() < context_.limits.output_pause_bytes) step_later();
}

void Connection::account() noexcept {
    session_->set_underway_bytes(stream_.buffer_bytes());
    session_->account();
}

void Connection::await_writable() {
    account();
    awaits_writable_ = true;
    untaken_ = stream_.untaken();
    stream_.async_wait_writable([self = shared_from_this()](const error_code&) {
        self->awaits_writable_ = false;
        self->context_.clock.now = std::chrono::steady_clock::now();
        self->flush();
    });
}

void Connection::resume() {
    if (stage_ == Stage::open) step();
}

void Connection::finish() {
    if (stage_ != Stage::open || finishing_) return;
    finishing_ = true;
    step_later();
}

/// Closing while the client still sends would reset the connection, and could lose the last
/// replies. So only the sending side is closed, and input is read and discarded until the client
/// closes, too.
void Connection::await_close() {
    error_code error;
    stream_.finish(error);
    if (error == asio::error::would_block) return await_writable();
    if (error) return close();
    stage_ = Stage::awaiting_close;
    progress_ = context_.clock.now;
    read();
}

void Connection::close() {
    if (stage_ == Stage::closed) return;
    stage_ = Stage::closed;
    stream_.close();
    // A pending read does not write into the buffers any more, as its socket is closed. Waiting for
    // its handler would keep the memory of all connections that one handler closes.
    session_->release();
    manager_->closed(*this);
}

void Connection::disconnect(DisconnectReason cause) {
    context_.counters.count(cause);
    close();
}

void Connection::check_deadlines(const ServerOptions& options) {
    const auto passed = [&](ServerContext::Time since, std::chrono::milliseconds bound) {
        return bound.count() != 0 && context_.clock.now > since &&
               context_.clock.now - since > bound;
    };
    if (stage_ == Stage::awaiting_close) {
        if (passed(progress_, options.await_close_max)) close();
    } else if (passed(stream_.is_handshaking() ? session_->entered()
                                               : session_->unauthenticated_since(),
                      options.handshake_max)) {
        disconnect(DisconnectReason::handshake_stalled);
    } else if (session_->password_reply_due() <= context_.clock.now ||
               session_->wait_due() <= context_.clock.now) {
        step();
    } else if (awaits_writable_) {
        // A client that reads little at a time makes space for a write only slowly; it has not
        // stalled.
        const std::size_t untaken = std::exchange(untaken_, stream_.untaken());
        if (untaken_ < untaken) progress_ = context_.clock.now;
        if (passed(progress_, options.output_stalled_max))
            disconnect(DisconnectReason::output_stalled);
    } else if (passed(session_->request_began(), options.request_stalled_max)) {
        disconnect(DisconnectReason::request_stalled);
    } else if (session_->output().empty() && !session_->is_waiting() && !session_->is_listening() &&
               passed(session_->last_command(), options.idle_max)) {
        disconnect(DisconnectReason::idle);
    }
}

}  // namespace allot

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

std::unique_ptr<Conversation> conversation(Protocol protocol, ServerContext& context,
                                           std::string peer) {
    if (protocol == Protocol::http) return std::make_unique<HttpSession>(context, std::move(peer));
    return std::make_unique<Session>(context, std::move(peer));
}
}  // namespace

Connection::Connection(Socket socket, std::shared_ptr<Listener> listener, Protocol protocol)
    : stream_{std::move(socket), listener->options().tls.get()},
      listener_{std::move(listener)},
      context_{listener_->context()},
      talk_{conversation(protocol, context_, peer_of(stream_.socket()))},
      progress_{context_.clock.now} {
    talk_->on_output([this] { listener_->touched(*this); });
}

void Connection::read() {
    if (reading_) return;
    reading_ = true;
    stream_.async_read_some(talk_->prepare(),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                                self->reading_ = false;
                                if (self->stage_ != Stage::closed) self->received(error, n);
                            });
}

void Connection::received(const error_code& error, std::size_t bytes) {
    if (stage_ == Stage::lingering) {
        if (error) return close();
        return read();  // and forget it
    }
    if (Stream::is_of_tls(error)) return drop(Drop::tls_failed);
    if (error && error != asio::error::eof) return close();
    if (!error && bytes == 0) return more_to_come();
    if (error) {
        finishing_ = true;
    } else if (!finishing_) {
        talk_->received(bytes);
    }
    step();
}

/// Of a handshake, or a record: that takes memory, too.
void Connection::more_to_come() {
    context_.clock.now = std::chrono::steady_clock::now();
    account();
    listener_->relieve();
    if (stage_ != Stage::closed) read();
}

/// One turn of the conversation. What follows from it waits for the end of the round: see flush().
void Connection::step() {
    context_.clock.now = std::chrono::steady_clock::now();
    ++context_.counters.turns;
    talk_->set_underway_bytes(stream_.buffer_bytes());
    if (finishing_) talk_->finish();
    in_turn_ = true;
    const Conversation::Turn turn = talk_->execute();
    in_turn_ = false;
    if (turn == Conversation::Turn::dropped) return close();
    backed_up_ = turn == Conversation::Turn::backed_up;
    // Who gave a wrong password, or waits, need not be told so by a server that ends.
    const bool starved = turn == Conversation::Turn::starved;
    const bool waits = turn == Conversation::Turn::waiting;
    if ((starved || waits || turn == Conversation::Turn::held) && finishing_) talk_->end();
    listener_->took_turn(*this);
    if (stage_ != Stage::closed && waits && !finishing_) listener_->await_facts(*this);
    // Who waits for facts is read from to learn when he is gone.
    const bool hears = starved || (waits && talk_->hears_while_waiting());
    if (stage_ != Stage::closed && hears && !finishing_) read();
    listener_->relieve();
    if (stage_ != Stage::closed && turn == Conversation::Turn::over) step_later();
}

void Connection::step_later() {
    if (step_posted_) return;
    step_posted_ = true;
    asio::post(stream_.socket().get_executor(), [self = shared_from_this()] {
        self->step_posted_ = false;
        if (self->stage_ == Stage::open) self->step();
    });
}

// Writing at once, without a detour through the reactor, is the usual case: a client that reads
// its replies has room for them.
void Connection::flush() {
    if (stage_ != Stage::open) return;
    if (talk_->drops()) return close();
    if (waiting_for_room_) return;
    is_full_ = false;
    const error_code error = send();
    if (error == asio::error::would_block) return wait_for_room();
    if (error) return close();
    settle();
}

/// \return what has kept it from sending all that is durable.
error_code Connection::send() {
    OutputQueue& output = talk_->output();
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
    return error;
}

void Connection::send_early() {
    if (stage_ != Stage::open || in_turn_ || talk_->drops()) return;
    if (!waiting_for_room_ && !is_full_) is_full_ = static_cast<bool>(send());  // flush() sees why
    talk_->output().trim();
    account();
}

bool Connection::give_up(Drop cause) {
    return stage_ == Stage::open && !in_turn_ && talk_->give_up(cause);
}

/// What follows once all that is released has been sent.
void Connection::settle() {
    account();
    const OutputQueue& output = talk_->output();
    if (!output.empty()) {
        listener_->await_durability(*this);
    } else if (talk_->ended()) {
        return linger();
    }
    if (backed_up_ && output.bytes() < context_.limits.output_pause_bytes) step_later();
}

void Connection::account() noexcept {
    talk_->set_underway_bytes(stream_.buffer_bytes());
    talk_->account();
}

void Connection::wait_for_room() {
    account();
    waiting_for_room_ = true;
    untaken_ = stream_.untaken();
    stream_.async_wait_for_room([self = shared_from_this()](const error_code&) {
        self->waiting_for_room_ = false;
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

/// Closing while the client still sends would reset the connection, and could take the last
/// replies with it. So it is told that there will be no more, and heard until it closes, too.
void Connection::linger() {
    error_code error;
    stream_.finish(error);
    if (error == asio::error::would_block) return wait_for_room();
    if (error) return close();
    stage_ = Stage::lingering;
    progress_ = context_.clock.now;
    read();
}

void Connection::close() {
    if (stage_ == Stage::closed) return;
    stage_ = Stage::closed;
    stream_.close();
    // A read that is still under way writes nothing into them: its socket is closed. Waiting for it
    // to say so would keep the memory of all whom one turn of the reactor drops.
    talk_->release();
    listener_->closed(*this);
}

void Connection::drop(Drop cause) {
    context_.counters.count(cause);
    close();
}

void Connection::check_deadlines(const ServerOptions& options) {
    const auto passed = [&](ServerContext::Time since, std::chrono::milliseconds bound) {
        return bound.count() != 0 && context_.clock.now > since &&
               context_.clock.now - since > bound;
    };
    if (stage_ == Stage::lingering) {
        if (passed(progress_, options.linger_max)) close();
    } else if (passed(stream_.is_handshaking() ? talk_->entered() : talk_->unknown_since(),
                      options.handshake_max)) {
        drop(Drop::handshake_stalled);
    } else if (talk_->refusal_due() <= context_.clock.now ||
               talk_->wait_due() <= context_.clock.now) {
        step();
    } else if (waiting_for_room_) {
        // Who takes a little at a time is slow to make room for a write, and is no idler.
        const std::size_t untaken = std::exchange(untaken_, stream_.untaken());
        if (untaken_ < untaken) progress_ = context_.clock.now;
        if (passed(progress_, options.output_stalled_max)) drop(Drop::output_stalled);
    } else if (passed(talk_->request_began(), options.request_stalled_max)) {
        drop(Drop::request_stalled);
    } else if (talk_->output().empty() && !talk_->is_waiting() && !talk_->is_listening() &&
               passed(talk_->last_command(), options.idle_max)) {
        drop(Drop::idle);
    }
}

}  // namespace allot

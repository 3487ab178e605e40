#include <algorithm>
#include <exception>

#include "net/http/http_session.hpp"

namespace allot {

void HttpSession::begin_stream(const http::Reply& reply) {
    http::Framing framing = this->framing();
    framing.keeps_alive = false;
    http::append_reply(output_.tail(), reply, framing);
    stream_.emplace(*context_.store.backend.history, *reply.events, framing.is_http11);
    stream_->append_begin(output_.tail());
    heartbeat_due_ = context_.clock.now + event_heartbeat;
    ++context_.usage.event_streams;
}

/// \pre there is room for output
Session::ExecuteResult HttpSession::stream() {
    begin_ = end_ = 0;
    wait_.reset();
    context_.store.unlock();
    const std::size_t before = output_.tail().size();
    bool is_more = false;
    try {
        is_more = stream_facts();
    } catch (const TrimmedHistory& error) {
        stream_->append_trimmed(output_.tail(), error.oldest());
        return finish(), ExecuteResult::ended;
    } catch (const std::exception&) {
        return disconnect(DisconnectReason::storage_failed), ExecuteResult::disconnected;
    }
    if (output_.tail().size() != before) heartbeat_due_ = context_.clock.now + event_heartbeat;
    if (is_more) return ExecuteResult::yield;
    if (context_.store.failed) return finish(), ExecuteResult::ended;
    if (heartbeat_due_ <= context_.clock.now) {
        stream_->append_heartbeat(output_.tail());
        heartbeat_due_ = context_.clock.now + event_heartbeat;
    }
    wait_ = {stream_->next(), heartbeat_due_};
    return ExecuteResult::blocked;
}

/// \return whether there may be more.
bool HttpSession::stream_facts() {
    // No fact takes more bytes; and a quarter of what may be queued is enough at once.
    constexpr std::size_t event_bytes_max = kibibyte;
    const std::size_t room = context_.limits.output_pause_bytes / event_bytes_max;
    const std::size_t most = std::clamp(room, std::size_t{1}, delivered_facts_max);
    (void)stream_->append_facts(output_.tail(), most);
    return stream_->next() <= context_.store.backend.history->end();
}

void HttpSession::finish() {
    if (!stream_ || ended()) return;
    stream_->append_end(output_.tail());
    forget_stream();
    end();
}

void HttpSession::forget_stream() noexcept {
    if (stream_) --context_.usage.event_streams;
    stream_.reset();
    wait_.reset();
}

}  // namespace allot

#include "net/http/http_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

namespace allot {

using boost::beast::http::verb;

HttpSession::HttpSession(ServerContext& context, std::string peer)
    : Session{context, std::move(peer)} {
    ++context_.usage.http_clients;
    if (context_.password) unauthenticated_since_ = context_.clock.now;
}

HttpSession::~HttpSession() {
    release();
    --context_.usage.http_clients;
}

std::size_t HttpSession::input_capacity() const noexcept {
    return capacity_ + (reader_ ? reader_->request().capacity() : 0);
}

void HttpSession::release_input() noexcept {
    buffer_.reset();
    capacity_ = begin_ = end_ = 0;
    discard_request();
    discard_stream();
}

std::span<char> HttpSession::prepare() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (begin_ != 0) {
        std::memmove(&buffer_[0], &buffer_[begin_], end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    // A full buffer grows, up to the longest part that is read at once.
    if (end_ == capacity_) {
        const std::size_t capacity = std::clamp(2 * capacity_, buffer_bytes_min, buffer_bytes_max);
        BOOST_ASSERT(capacity > end_);
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (end_ != 0) std::memcpy(&larger[0], &buffer_[0], end_);
        buffer_ = std::move(larger);
        capacity_ = capacity;
    }
    account();
    return {&buffer_[end_], capacity_ - end_};
}

void HttpSession::received(std::size_t bytes) {
    end_ += bytes;
    context_.counters.bytes_in += bytes;
}

std::optional<Session::ExecuteResult> HttpSession::resume() {
    if (stream_) return stream();
    return std::nullopt;
}

std::size_t HttpSession::execute_requests(std::size_t /*most*/, Lsn& saw) {
    const ReadResult result = read_request();
    if (result == ReadResult::incomplete) return 0;
    request_began_ = ServerContext::Time::max();
    if (result == ReadResult::request) saw = std::max(saw, run());
    check_output();
    return 1;
}

HttpSession::ReadResult HttpSession::read_request() {
    // Some clients send an empty line after a body: RFC 9112, 2.2.
    while (!reader_ && end_ - begin_ >= 2 && std::memcmp(&buffer_[begin_], "\r\n", 2) == 0) {
        begin_ += 2;
    }
    if (!reader_ && end_ - begin_ == 1 && buffer_[begin_] == '\r') return ReadResult::incomplete;
    while (begin_ != end_) {
        if (!reader_) {
            reader_.emplace(http_header_bytes_max, context_.limits.request.request_bytes_max);
        }
        const std::size_t taken = reader_->read({&buffer_[begin_], end_ - begin_});
        begin_ += taken;
        if (reader_->why()) return refuse_unreadable(), ReadResult::refused;
        if (!admission_ && reader_->is_header_done() && !admit()) return ReadResult::refused;
        if (reader_->is_done()) return ReadResult::request;
        if (taken == 0) break;
    }
    if (admission_ && begin_ == end_ && reader_->request().expects_continue &&
        reader_->request().body.empty() && !std::exchange(sent_continue_, true)) {
        output_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return ReadResult::incomplete;
}

/// \return false after a refusal, which has been sent, or will be at password_reply_due().
bool HttpSession::admit() {
    admission_.emplace(context_, *this, reader_->request());
    http::Reply reply;
    const auto verdict = admission_->judge(reply);
    if (admission_->is_authenticated()) {
        wrong_passwords_ = 0;
        unauthenticated_since_ = ServerContext::Time::max();
    }
    if (verdict == http::Admission::Verdict::wrong_password) delay_wrong_password();
    if (verdict == http::Admission::Verdict::refused) reply_early(reply);
    return verdict == http::Admission::Verdict::admitted;
}

/// Replies before the body has arrived. Its rest is not read: the connection then closes.
void HttpSession::reply_early(const http::Reply& reply) {
    send(reply);
    discard_request();
}

void HttpSession::refuse_unreadable() {
    const http::Unreadable& why = *reader_->why();
    context_.counters.count(why.beyond_limit ? DisconnectReason::request_limit
                                             : DisconnectReason::protocol_error);
    context_.counters.count(ErrorCode::generic);
    http::Reply reply{.status = why.status};
    http::set_error(reply, ErrorCode::generic, why.text, why.field);
    ++context_.counters.routes[route_index(nullptr)][reply.status / 100];
    http::append_reply(output_.tail(), reply,
                       {.keeps_alive = false, .date = context_.clock.http_date});
    discard_request();
    end();
}

void HttpSession::reply_wrong_password() {
    count_wrong_password();
    reply_early(http::wrong_password_reply());
}

Lsn HttpSession::run() {
    ++context_.counters.commands;
    last_command_ = context_.clock.now;
    http::Reply reply;
    const Lsn saw = admission_->exchange(reply).execute();
    if (reply.events && reader_->request().method != verb::head) {
        begin_stream(reply);
    } else {
        send(reply);
    }
    take_time();
    discard_request();
    return saw;
}

void HttpSession::take_time() {
    if (!context_.timings.are_taken()) return;
    const auto took = context_.timings.lap();
    context_.timings.http.add(took);
    if (!context_.timings.slow.is_slow(took)) return;
    const http::Request& request = reader_->request();
    const std::array<std::string_view, 3> args{method_text(request.method), request.target,
                                               request.body};
    note_slow(took, SlowLog::bounded(std::span{args}.first(args.back().empty() ? 2 : 3)));
}

void HttpSession::send(const http::Reply& reply) {
    ++context_.counters.routes[route_index(admission_->route())][reply.status / 100];
    const http::Framing framing = this->framing();
    http::append_reply(output_.tail(), reply, framing);
    if (!framing.keeps_alive) end();
}

void HttpSession::begin_stream(const http::Reply& reply) {
    http::Framing framing = this->framing();
    framing.keeps_alive = false;
    http::append_reply(output_.tail(), reply, framing);
    stream_.emplace(context_, *reply.events, framing.is_http11);
    stream_->begin(output_.tail());
}

/// \pre there is space for output
Session::ExecuteResult HttpSession::stream() {
    begin_ = end_ = 0;
    wait_.reset();
    context_.store.unlock();
    switch (stream_->advance(output_.tail())) {
        case http::EventStream::State::more:
            return ExecuteResult::yield;
        case http::EventStream::State::waits:
            wait_ = {stream_->next(), stream_->heartbeat_due()};
            return ExecuteResult::blocked;
        case http::EventStream::State::ended:
            return finish(), ExecuteResult::ended;
        case http::EventStream::State::failed:
            break;
    }
    return disconnect(DisconnectReason::storage_failed), ExecuteResult::disconnected;
}

void HttpSession::finish() {
    if (!stream_ || ended()) return;
    stream_->append_end(output_.tail());
    discard_stream();
    end();
}

void HttpSession::discard_stream() noexcept {
    stream_.reset();
    wait_.reset();
}

http::Framing HttpSession::framing() const {
    return {.keeps_alive = state_ == State::open && reader_->is_done() && reader_->keep_alive(),
            .is_http11 = reader_->request().is_http11,
            .is_head = reader_->request().method == verb::head,
            .date = context_.clock.http_date};
}

void HttpSession::discard_request() noexcept {
    admission_.reset();
    reader_.reset();
    sent_continue_ = false;
}

}  // namespace allot

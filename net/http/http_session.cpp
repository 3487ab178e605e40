#include "net/http/http_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include "net/core/rule_text.hpp"
#include "net/text/escape.hpp"

namespace allot {

using boost::beast::http::verb;

namespace {

/// Of the header of a 401.
constexpr const char* authenticate_line =
    "WWW-Authenticate: Bearer realm=\"allot\", Basic realm=\"allot\"\r\n";

std::string_view text_of(verb method) {
    const auto text = boost::beast::http::to_string(method);
    return {text.data(), text.size()};
}

}  // namespace

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
    forget_request();
    forget_stream();
}

std::span<char> HttpSession::prepare() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (begin_ != 0) {
        std::memmove(&buffer_[0], &buffer_[begin_], end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    // Grows when it was filled, up to what any unread part of a request can take.
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
    const Found found = read_request();
    if (found == Found::too_little) return 0;
    request_began_ = ServerContext::Time::max();
    if (found == Found::request) saw = std::max(saw, run());
    check_output();
    return 1;
}

HttpSession::Found HttpSession::read_request() {
    // Some clients send an empty line after a body: RFC 9112, 2.2.
    while (!reader_ && end_ - begin_ >= 2 && std::memcmp(&buffer_[begin_], "\r\n", 2) == 0) {
        begin_ += 2;
    }
    if (!reader_ && end_ - begin_ == 1 && buffer_[begin_] == '\r') return Found::too_little;
    while (begin_ != end_) {
        if (!reader_) {
            reader_.emplace(http_header_bytes_max, context_.limits.request.request_bytes_max);
        }
        const std::size_t taken = reader_->read({&buffer_[begin_], end_ - begin_});
        begin_ += taken;
        if (reader_->why()) return unreadable(), Found::refused;
        if (!is_admitted_ && reader_->is_header_done()) {
            if (!admit()) return Found::refused;
            is_admitted_ = true;
        }
        if (reader_->is_done()) return Found::request;
        if (taken == 0) break;
    }
    if (is_admitted_ && begin_ == end_ && reader_->request().expects_continue &&
        reader_->request().body.empty() && !std::exchange(was_told_to_continue_, true)) {
        output_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    return Found::too_little;
}

http::Exchange HttpSession::exchange(http::Reply& reply) {
    return {reader_->request(), target_, match_.route, match_.arguments, context_, *this, reply};
}

/// \return false, for admit().
bool HttpSession::fail(unsigned status, ErrorCode code, std::string_view text,
                       std::string_view field) {
    http::Reply reply;
    exchange(reply).fail(status, code, text, field);
    if (status == 401) {
        reply.header = authenticate_line;
    }
    reply_early(reply);
    return false;
}

/// Answers before the body has come. The rest of it is not read: the connection then closes.
void HttpSession::reply_early(const http::Reply& reply) {
    send(reply);
    forget_request();
}

void HttpSession::unreadable() {
    const http::Unreadable& why = *reader_->why();
    context_.counters.count(why.beyond_limit ? DisconnectReason::request_limit
                                             : DisconnectReason::protocol_error);
    context_.counters.count(ErrorCode::generic);
    http::Reply reply{.status = why.status};
    http::set_error(reply, ErrorCode::generic, why.text, why.field);
    ++context_.counters.routes[place_of_route(nullptr)][reply.status / 100];
    http::append_reply(output_.tail(), reply,
                       {.keeps_alive = false, .date = context_.clock.http_date});
    forget_request();
    end();
}

void HttpSession::reply_wrong_password() {
    http::Reply reply{.status = 401, .header = authenticate_line};
    http::set_error(reply, ErrorCode::wrong_pass, wrong_pass_text, "Authorization");
    count_wrong_password();
    reply_early(reply);
}

Lsn HttpSession::run() {
    ++context_.counters.commands;
    last_command_ = context_.clock.now;
    http::Reply reply;
    const Lsn saw = answer(reply);
    if (reply.events && reader_->request().method != verb::head) {
        begin_stream(reply);
    } else {
        send(reply);
    }
    take_time();
    forget_request();
    return saw;
}

void HttpSession::take_time() {
    if (!context_.timings.are_taken()) return;
    const auto took = context_.timings.lap();
    context_.timings.http.add(took);
    if (!context_.timings.slow.is_slow(took)) return;
    const http::Request& request = reader_->request();
    const std::array<std::string_view, 3> args{text_of(request.method), request.target,
                                               request.body};
    note_slow(took, SlowLog::bounded(std::span{args}.first(args.back().empty() ? 2 : 3)));
}

/// Whatever happens in one request, there is one answer, and the next one can be executed.
Lsn HttpSession::answer(http::Reply& reply) {
    const http::Request& request = reader_->request();
    const auto instead = [&](unsigned status, ErrorCode code, std::string_view text,
                             std::string_view field = {}) {
        reply = {};
        exchange(reply).fail(status, code, text, field);
        return Lsn{0};
    };
    return guarded(
        [&] {
            if (!match_.route->has(route_body) && !request.body.empty()) {
                return instead(400, ErrorCode::syntax,
                               "there is none here, and " + std::to_string(request.body.size()) +
                                   " bytes came",
                               "body");
            }
            http::Exchange exchange = this->exchange(reply);
            const bool is_once = request.idempotency_key && match_.route->has(route_write);
            const Lsn saw =
                is_once ? answer_once(exchange, *request.idempotency_key) : dispatch(exchange);
            const std::size_t bytes = reply.body.size() + kibibyte;  // with its header
            if (bytes <= context_.limits.reply_bytes_max) return saw;
            end_slice();
            return instead(500, ErrorCode::generic,
                           "the reply would have more than " +
                               std::to_string(context_.limits.reply_bytes_max) + " bytes");
        },
        [&](Fault fault, const std::string& text) {
            if (fault == Fault::other) return instead(500, ErrorCode::generic, text);
            instead(503, ErrorCode::read_only, text);
            if (fault == Fault::storage_full) reply.header = "Retry-After: 5\r\n";
            return Lsn{0};
        });
}

/// Sends the stored answer for the key again; 422 where the key came with another request.
Lsn HttpSession::answer_once(http::Exchange& exchange, std::string_view key) {
    const http::Request& request = exchange.request;
    const auto fingerprint = fingerprint_of(text_of(request.method), request.target, request.body);
    if (const auto* const known = context_.idempotency.find(key)) {
        if (known->request == fingerprint) {
            exchange.reply = {.status = known->status,
                              .type = known->type,
                              .header = known->header,
                              .body = known->body};
            return known->lsn;
        }
        exchange.fail(422, ErrorCode::syntax, in_quotes(key) + " came with another request before",
                      "Idempotency-Key");
        return 0;
    }
    const Lsn saw = dispatch(exchange);
    // A request that broke a rule is not remembered: the client may use the key again.
    if (exchange.was_executed) {
        const http::Reply& reply = exchange.reply;
        context_.idempotency.remember(
            key, {fingerprint, reply.status, reply.type, reply.header, reply.body, saw});
    }
    return saw;
}

Lsn HttpSession::dispatch(http::Exchange& exchange) {
    const Route& route = *match_.route;
    if (const auto unavailable = context_.store.unavailable_for(route.store_use())) {
        exchange.fail(unavailable->code, unavailable->text);
        if (unavailable->code == ErrorCode::loading) exchange.reply.header = "Retry-After: 1\r\n";
        return 0;
    }
    context_.store.enter(route.store_use());
    return http::handler_of(route)(exchange);
}

void HttpSession::send(const http::Reply& reply) {
    ++context_.counters.routes[place_of_route(match_.route)][reply.status / 100];
    const http::Framing framing = this->framing();
    http::append_reply(output_.tail(), reply, framing);
    if (!framing.keeps_alive) end();
}

http::Framing HttpSession::framing() const {
    return {.keeps_alive = state_ == State::open && reader_->is_done() && reader_->keep_alive(),
            .is_http11 = reader_->request().is_http11,
            .is_head = reader_->request().method == verb::head,
            .date = context_.clock.http_date};
}

void HttpSession::forget_request() noexcept {
    reader_.reset();
    target_ = {};
    match_ = {};
    is_admitted_ = was_told_to_continue_ = false;
}

}  // namespace allot

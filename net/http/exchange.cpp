#include "net/http/exchange.hpp"

#include "net/core/guarded.hpp"
#include "net/core/session.hpp"
#include "net/text/escape.hpp"

namespace allot::http {

std::vector<NamedText> Exchange::query() const {
    std::vector<NamedText> parts;
    parts.reserve(target.query.size());
    for (const auto& [name, text] : target.query) parts.push_back({name, text});
    return parts;
}

Lsn Exchange::execute() {
    const auto instead = [&](unsigned status, ErrorCode code, std::string_view text,
                             std::string_view field = {}) {
        reply = {};
        fail(status, code, text, field);
        return Lsn{0};
    };
    return guarded(
        [&] {
            if (!route->has(flag_body) && !request.body.empty()) {
                return instead(
                    400, ErrorCode::syntax,
                    "unexpected body of " + std::to_string(request.body.size()) + " bytes", "body");
            }
            const bool is_once = request.idempotency_key && route->has(flag_write);
            const Lsn saw = is_once ? execute_once(*request.idempotency_key) : dispatch();
            const std::size_t bytes = reply.body.size() + kibibyte;  // with its header
            if (bytes <= server.limits.reply_bytes_max) return saw;
            session.end_slice();
            return instead(500, ErrorCode::generic,
                           "the reply would have more than " +
                               std::to_string(server.limits.reply_bytes_max) + " bytes");
        },
        [&](Fault fault, const std::string& text) {
            if (fault == Fault::other) return instead(500, ErrorCode::generic, text);
            instead(503, ErrorCode::read_only, text);
            if (fault == Fault::storage_full) reply.header = "Retry-After: 5\r\n";
            return Lsn{0};
        });
}

/// Repeats the stored answer of the key; 422 if the key was used with another request.
Lsn Exchange::execute_once(std::string_view key) {
    const auto fingerprint =
        fingerprint_of(method_text(request.method), request.target, request.body);
    if (const auto* const known = server.idempotency.find(key)) {
        if (known->request == fingerprint) {
            reply = {.status = known->status,
                     .type = known->type,
                     .header = known->header,
                     .body = known->body};
            return known->lsn;
        }
        fail(422, ErrorCode::syntax,
             "Idempotency-Key " + in_quotes(key) + " was used with another request",
             "Idempotency-Key");
        return 0;
    }
    const Lsn saw = dispatch();
    // A request that broke a rule is not remembered: the client may use the key again.
    if (was_executed) {
        server.idempotency.remember(
            key, {fingerprint, reply.status, reply.type, reply.header, reply.body, saw});
    }
    return saw;
}

Lsn Exchange::dispatch() {
    if (const auto unavailable = session.enter_store(route->store_use())) {
        fail(unavailable->code, unavailable->text);
        if (unavailable->code == ErrorCode::loading) reply.header = "Retry-After: 1\r\n";
        return 0;
    }
    return function_of(*route)(*this);
}

void Exchange::fail(unsigned status, ErrorCode code, std::string_view text,
                    std::string_view field) const {
    server.counters.count(code);
    answer_error(status, code, text, field);
}

void Exchange::answer_error(unsigned status, ErrorCode code, std::string_view text,
                            std::string_view field) const {
    reply.status = status;
    if (!is_of_book()) return set_error(reply, code, text, field);
    std::string message{field};
    if (!field.empty()) message.append(": ");
    set_plain_error(reply, message.append(text));
}

void Exchange::fail(const Failure& failure) const {
    // In the book's service every refusal is a 400.
    const unsigned usual = is_of_book() ? 400 : status_of(failure.code);
    if (failure.is_counted) server.counters.count(failure.code);
    answer_error(failure.status != 0 ? failure.status : usual, failure.code, failure.text,
                 failure.field);
}

}  // namespace allot::http

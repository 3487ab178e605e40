#include "net/http/exchange.hpp"

namespace allot::http {

std::vector<NamedText> Exchange::query() const {
    std::vector<NamedText> parts;
    parts.reserve(target.query.size());
    for (const auto& [name, text] : target.query) parts.push_back({name, text});
    return parts;
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
    // In the book's service, whatever is asked for and cannot be had is a 400.
    const unsigned usual = is_of_book() ? 400 : status_of(failure.code);
    if (failure.is_counted) server.counters.count(failure.code);
    answer_error(failure.status != 0 ? failure.status : usual, failure.code, failure.text,
                 failure.field);
}

}  // namespace allot::http

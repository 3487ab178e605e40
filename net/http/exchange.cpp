#include "net/http/exchange.hpp"

#include <algorithm>

#include "net/text/escape.hpp"

namespace allot::http {

const std::string* Exchange::query(std::string_view name) const noexcept {
    const auto found = std::ranges::find(
        target.query, name, [](const auto& part) -> const auto& { return part.first; });
    return found == target.query.end() ? nullptr : &found->second;
}

void Exchange::fail(unsigned status, ErrorCode code, std::string_view text,
                    std::string_view field) const {
    hub.counters.count(code);
    reply.status = status;
    if (!is_of_book) return set_error(reply, code, text, field);
    std::string message{field};
    if (!field.empty()) message.append(": ");
    set_plain_error(reply, message.append(text));
}

void Exchange::refuse(Refusal refusal, Subject subject, std::string_view field) const {
    tell_refusal(refusal, subject, [&](ErrorCode code, const auto&... parts) {
        std::string text;
        (append_text(text, std::string_view{parts}), ...);
        fail(code, text, field);
    });
}

}  // namespace allot::http

#include "net/notify/webhook.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "net/core/fact_view.hpp"
#include "net/text/escape.hpp"

namespace allot::notify {

Webhook::Webhook(Settings settings)
    : settings_{std::move(settings)}, transfer_{settings_.receiver, "http,https"} {
    transfer_.set(CURLOPT_POST, 1L);
    transfer_.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    transfer_.set(CURLOPT_USERAGENT, "allot/" ALLOT_VERSION);
    transfer_.set(CURLOPT_MAXAGE_CONN, long{connection_idle_max.count()});
}

bool Webhook::notify(const CommittedFact& fact, std::uint64_t store_id) {
    const auto event = view_of(fact.fact).event;
    if (std::ranges::find(settings_.events, event) == settings_.events.end()) return false;
    const std::string body = json_of(fact);
    StringList header;
    header.add("Content-Type: application/json");
    header.add("Expect:");  // send the body without waiting for 100
    header.add("Idempotency-Key: " + key_of(fact, store_id));
    if (!settings_.token.empty()) header.add("Authorization: Bearer " + settings_.token);
    transfer_.set(CURLOPT_HTTPHEADER, header.get());
    transfer_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer_.set(CURLOPT_POSTFIELDS, body.c_str());
    const long status = transfer_.run();
    if (status / 100 == 2) return true;
    const std::string why = transfer_.server() + ": answered " + std::to_string(status);
    const auto after = retry_after(transfer_.header("Retry-After"), std::time(nullptr));
    if (after.count() == 0) throw std::runtime_error{why};
    throw RetryAfterError{
        why + " with Retry-After: " + escaped_short(transfer_.header("Retry-After")), after};
}

}  // namespace allot::notify

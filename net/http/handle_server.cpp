#include "net/http/json_text.hpp"
#include "net/http/metric_page.hpp"
#include "net/http/metrics.hpp"
#include "net/http/openapi.hpp"
#include "net/http/routes.hpp"
#include "net/info.hpp"

namespace allot::http::handlers {

Lsn snapshot(Exchange& exchange) {
    if (!exchange.hub.backend.start_snapshot) {
        exchange.fail(501, ErrorCode::generic, "this store takes no snapshots");
    } else if (exchange.hub.backend.start_snapshot()) {
        exchange.reply.status = 202;
        exchange.reply.body = R"({"started":true})";
    } else {
        exchange.fail(409, ErrorCode::generic, "a snapshot is being taken already");
    }
    return 0;
}

Lsn info(Exchange& exchange) {
    JsonWriter json{exchange.reply.body};
    json.begin_object();
    for (const InfoSection& section : info_sections(exchange.hub)) {
        json.key(section.name).begin_object();
        for (const auto& [name, value] : section.fields) json.key(name).string(value);
        json.end_object();
    }
    json.end_object();
    return 0;
}

Lsn openapi(Exchange& exchange) {
    exchange.reply.body = openapi_text;
    return 0;
}

Lsn alive(Exchange& exchange) {
    exchange.reply.type = text_type;
    exchange.reply.body = "ok\n";
    return 0;
}

Lsn metrics(Exchange& exchange) {
    exchange.reply.type = metrics_type;
    exchange.reply.body = metrics_text(exchange.hub);
    return 0;
}

/// A probe asks again by itself, so a no is no error, and is not counted as one.
Lsn ready(Exchange& exchange) {
    const Hub& hub = exchange.hub;
    if (hub.loading == nullptr && !hub.storage_failed) return alive(exchange);
    exchange.reply.status = 503;
    exchange.reply.header = "Retry-After: 1\r\n";
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("reason");
    if (hub.loading == nullptr) {
        json.string("the storage has failed").end_object();
        return 0;
    }
    const Loading::Step step = hub.loading->step();
    json.string("loading").key("step").string(step.what);
    json.key("percent").integer(static_cast<std::int64_t>(step.percent())).end_object();
    return 0;
}

}  // namespace allot::http::handlers

#include "net/commands/routes.hpp"
#include "net/commands/server_figures.hpp"
#include "net/http/exchange.hpp"
#include "net/http/metric_page.hpp"
#include "net/http/openapi.hpp"
#include "net/text/json_text.hpp"

namespace allot::http {

Lsn openapi(Exchange& exchange) {
    exchange.reply.body = openapi_text();
    return 0;
}

Lsn alive(Exchange& exchange) {
    exchange.reply.type = text_type;
    exchange.reply.body = "ok\n";
    return 0;
}

Lsn metrics(Exchange& exchange) {
    exchange.reply.type = metrics_type;
    exchange.reply.body = metric_page(server_figures(exchange.server));
    return 0;
}

/// Does not count a 503 as an error: probes expect it, and ask again.
Lsn ready(Exchange& exchange) {
    const ServerContext& context = exchange.server;
    if (context.store.loading == nullptr && !context.store.failed) return alive(exchange);
    exchange.reply.status = 503;
    exchange.reply.header = "Retry-After: 1\r\n";
    JsonWriter json{exchange.reply.body};
    const auto begin = [&](ErrorCode code, std::string_view message, std::string_view reason) {
        json.begin_object().key("error").begin_object();
        json.key("code").string(word_of(code)).key("message").string(message).end_object();
        json.key("reason").string(reason);
    };
    if (context.store.loading == nullptr) {
        begin(ErrorCode::read_only, storage_failed_text, "the storage has failed");
    } else {
        const Loading::Step step = context.store.loading->step();
        begin(ErrorCode::loading, std::string{loading_text} + step.text(), "loading");
        json.key("step").string(step.what);
        json.key("percent").integer(static_cast<std::int64_t>(step.percent()));
    }
    json.end_object();
    return 0;
}

}  // namespace allot::http

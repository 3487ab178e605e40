#include "net/http/json_text.hpp"
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

}  // namespace allot::http::handlers

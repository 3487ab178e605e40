#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/http/request_fields.hpp"
#include "net/http/written_results.hpp"
#include "net/text/json_text.hpp"

namespace allot::http::handlers {

namespace {

Lsn reschedule_to(Exchange& exchange, const Reschedule& command) {
    const auto answer = exchange.handle(command);
    if (!answer.result) {
        exchange.refuse(answer.result.error(), {.batch = command.batch.view()}, "batch");
        return answer.lsn;
    }
    JsonWriter json{exchange.reply.body};
    write_eta(json, command);
    return answer.lsn;
}

std::optional<BatchRef> batch_of(const Exchange& exchange) {
    return name_of<BatchRef>(exchange, exchange.arguments[0], "batch");
}

}  // namespace

Lsn put_batch(Exchange& exchange) {
    const auto batch = batch_of(exchange);
    if (!batch) return 0;
    const auto object = object_of(exchange);
    if (!object) return 0;
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"sku", "quantity", "eta"})) return 0;
    const auto sku = fields.name<Sku>("sku");
    if (!sku) return 0;
    const auto quantity = fields.units<Quantity>("quantity");
    if (!quantity) return 0;
    const auto eta = fields.eta_or_warehouse("eta");
    if (!eta) return 0;
    const AddBatch command{*batch, *sku, *quantity, *eta};
    const Lsn before = exchange.last_lsn();
    const auto answer = exchange.handle(command);
    if (!answer.result) {
        exchange.refuse(answer.result.error(), {.sku = sku->view(), .batch = batch->view()},
                        "batch");
        return answer.lsn;
    }
    exchange.reply.status = answer.lsn > before ? 201 : 200;
    JsonWriter json{exchange.reply.body};
    write_batch(json, command);
    return answer.lsn;
}

Lsn put_quantity(Exchange& exchange) {
    const auto batch = batch_of(exchange);
    if (!batch) return 0;
    const auto object = object_of(exchange);
    if (!object) return 0;
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"quantity"})) return 0;
    const auto purchased = fields.units<Purchased>("quantity");
    if (!purchased) return 0;
    const auto answer = exchange.handle(ChangeBatchQuantity{*batch, *purchased});
    if (!answer.result) {
        exchange.refuse(answer.result.error(), {.batch = batch->view()}, "batch");
        return answer.lsn;
    }
    JsonWriter json{exchange.reply.body};
    write_released(json, *answer.result);
    return answer.lsn;
}

Lsn put_eta(Exchange& exchange) {
    const auto batch = batch_of(exchange);
    if (!batch) return 0;
    const auto object = object_of(exchange);
    if (!object) return 0;
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"eta"})) return 0;
    const auto eta = fields.eta("eta");
    if (!eta) return 0;
    return reschedule_to(exchange, {*batch, *eta});
}

Lsn receive(Exchange& exchange) {
    const auto batch = batch_of(exchange);
    if (!batch) return 0;
    return reschedule_to(exchange, {*batch, Eta::warehouse()});
}

Lsn stock(Exchange& exchange) {
    const auto sku = name_of<Sku>(exchange, exchange.arguments[0], "sku");
    if (!sku) return 0;
    const auto rows = allot::stock(*sku, exchange.bus().repository());
    if (!rows) {
        exchange.refuse(rows.error(), {.sku = sku->view()}, "sku");
        return exchange.last_lsn();
    }
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("sku").string(sku->view());
    const Version now = version(*sku, exchange.bus().repository());
    json.key("version").integer(static_cast<std::int64_t>(now)).key("batches").begin_array();
    for (const BatchStock& row : *rows) {
        json.begin_object().key("batch").string(row.batch.view());
        json.key("eta").day(row.eta);
        json.key("purchased").integer(row.purchased);
        json.key("available").integer(row.available).end_object();
    }
    json.end_array().end_object();
    return exchange.last_lsn();
}

namespace {
std::optional<Eta> day_of(const Exchange& exchange, const std::string& text) {
    if (const auto day = day_in(text)) return day;
    exchange.fail(ErrorCode::bad_date, no_day(text), "day");
    return {};
}
}  // namespace

Lsn available(Exchange& exchange) {
    const auto sku = name_of<Sku>(exchange, exchange.arguments[0], "sku");
    if (!sku) return 0;
    std::optional<Eta> day;
    if (const std::string* const asked = exchange.query("day")) {
        day = day_of(exchange, *asked);
        if (!day) return 0;
    }
    const auto units = allot::available(*sku, day, exchange.bus().repository());
    if (!units) {
        exchange.refuse(units.error(), {.sku = sku->view()}, "sku");
        return exchange.last_lsn();
    }
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("sku").string(sku->view());
    json.key("available").integer(*units).end_object();
    return exchange.last_lsn();
}

}  // namespace allot::http::handlers

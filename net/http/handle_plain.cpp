// The three routes outside /v1: those of the service that Percival and Gregory build in
// "Architecture Patterns with Python", with its statuses and bodies.

#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/http/request_fields.hpp"
#include "net/text/json_text.hpp"

namespace allot::http::handlers {

namespace {
void ok(Reply& reply, unsigned status) {
    reply.status = status;
    reply.type = text_type;
    reply.body = "OK";
}

/// There, whatever is asked for and cannot be had is a 400.
Lsn refused(const Exchange& exchange, Refusal refusal, Subject subject, Lsn lsn) {
    exchange.refuse(refusal, subject);
    exchange.reply.status = 400;
    return lsn;
}
}  // namespace

Lsn add_batch_plain(Exchange& exchange) {
    const auto object = object_of(exchange);
    if (!object) return 0;
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"ref", "sku", "qty", "eta"})) return 0;
    const auto batch = fields.name<BatchRef>("ref");
    if (!batch) return 0;
    const auto sku = fields.name<Sku>("sku");
    if (!sku) return 0;
    const auto quantity = fields.units<Quantity>("qty");
    if (!quantity) return 0;
    const auto eta = fields.eta_or_warehouse("eta");
    if (!eta) return 0;
    const auto answer = exchange.handle(AddBatch{*batch, *sku, *quantity, *eta});
    if (!answer.result) {
        return refused(exchange, answer.result.error(),
                       {.sku = sku->view(), .batch = batch->view()}, answer.lsn);
    }
    ok(exchange.reply, 201);
    return answer.lsn;
}

Lsn allocate_plain(Exchange& exchange) {
    const auto object = object_of(exchange);
    if (!object) return 0;
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"orderid", "sku", "qty"})) return 0;
    const auto order = fields.name<OrderId>("orderid");
    if (!order) return 0;
    const auto sku = fields.name<Sku>("sku");
    if (!sku) return 0;
    const auto quantity = fields.units<Quantity>("qty");
    if (!quantity) return 0;
    const auto answer = exchange.handle(Allocate{{*order, *sku, *quantity}});
    if (!answer.result) {
        return refused(exchange, answer.result.error(), {.sku = sku->view()}, answer.lsn);
    }
    ok(exchange.reply, 202);
    return answer.lsn;
}

Lsn allocations_plain(Exchange& exchange) {
    const auto order = name_of<OrderId>(exchange, exchange.arguments[0], "order");
    if (!order) return 0;
    const auto rows = allot::allocations(*order, exchange.bus().repository());
    if (rows.empty()) {
        exchange.reply.status = 404;
        set_plain_error(exchange.reply, "not found");
        return exchange.last_lsn();
    }
    JsonWriter json{exchange.reply.body};
    json.begin_array();
    for (const Allocation& row : rows) {
        json.begin_object().key("sku").string(row.sku.view());
        json.key("batchref").string(row.batch.view()).end_object();
    }
    json.end_array();
    return exchange.last_lsn();
}

}  // namespace allot::http::handlers

#include "net/commands/explanation.hpp"
#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/http/request_fields.hpp"
#include "net/http/written_results.hpp"
#include "net/limits.hpp"
#include "net/text/json_text.hpp"

namespace allot::http::handlers {

Lsn allocate(Exchange& exchange) {
    const auto order = order_of(exchange);
    if (!order) return 0;
    const Lsn before = exchange.last_lsn();
    const auto answer = exchange.handle(*order);
    if (!answer.result) {
        const RefusedLine refused = answer.result.error();
        exchange.refuse(refused.refusal, {.sku = order->lines[refused.line].sku.view()},
                        "lines[" + std::to_string(refused.line) + "].sku");
        return answer.lsn;
    }
    exchange.reply.status = answer.lsn > before ? 201 : 200;
    JsonWriter json{exchange.reply.body};
    write_allocations(json, *order, *answer.result);
    return answer.lsn;
}

Lsn deallocate(Exchange& exchange) {
    const auto order = name_of<OrderId>(exchange, exchange.arguments[0], "order");
    if (!order) return 0;
    Deallocate command{*order};
    if (const std::string* const sku = exchange.query("sku")) {
        command.sku = name_of<Sku>(exchange, *sku, "sku");
        if (!command.sku) return 0;
    }
    if (const std::string* const quantity = exchange.query("quantity")) {
        if (!command.sku) {
            exchange.fail(ErrorCode::syntax, "it is missing: a quantity is that of a line of a SKU",
                          "sku");
            return 0;
        }
        const auto units = Quantity::parse(*quantity);
        if (!units) {
            exchange.fail(ErrorCode::bad_quantity, no_quantity<Quantity>(*quantity), "quantity");
            return 0;
        }
        command.quantity = *units;
    }
    const auto answer = exchange.handle(command);
    if (!answer.result) {
        exchange.refuse(answer.result.error(), {});
        return answer.lsn;
    }
    JsonWriter json{exchange.reply.body};
    write_released(json, *answer.result);
    return answer.lsn;
}

Lsn allocations(Exchange& exchange) {
    const auto order = name_of<OrderId>(exchange, exchange.arguments[0], "order");
    if (!order) return 0;
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("order").string(order->view()).key("lines").begin_array();
    for (const Allocation& row : allot::allocations(*order, exchange.bus().repository())) {
        begin_line(json, row.sku, row.quantity);
        json.key("batch").string(row.batch.view()).end_object();
    }
    json.end_array().end_object();
    return exchange.last_lsn();
}

namespace {

void write_explained(JsonWriter& json, const ExplainedLine& explained) {
    begin_line(json, explained.line.sku, explained.line.quantity);
    if (explained.outcome) {
        json.key("batch").string(explained.outcome->view());
    } else {
        json.key("batch").null();
        tell_refusal(
            explained.outcome.error(), {.sku = explained.line.sku.view()},
            [&](ErrorCode code, const auto&...) { json.key("refusal").string(word_of(code)); });
    }
    json.key("candidates").begin_array();
    for (const Candidate& candidate : explained.candidates) {
        json.begin_object().key("batch").string(candidate.batch.view()).key("eta");
        json.day(candidate.eta);
        json.key("available").integer(candidate.available);
        json.key("verdict").string(words_of(candidate.verdict)).end_object();
    }
    json.end_array().end_object();
}

}  // namespace

Lsn explain(Exchange& exchange) {
    const auto order = order_of(exchange);
    if (!order) return 0;
    const std::size_t candidates = candidates_of(*order, exchange.bus().repository());
    if (candidates > explained_batches_max) {
        exchange.fail(422, ErrorCode::generic, too_many_candidates(candidates), "lines");
        return exchange.last_lsn();
    }
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("order").string(order->order.view()).key("lines").begin_array();
    for (const ExplainedLine& line : exchange.bus().explain(*order)) write_explained(json, line);
    json.end_array().end_object();
    return exchange.last_lsn();
}

}  // namespace allot::http::handlers

#include "net/http/written_results.hpp"

namespace allot::http {

void begin_line(JsonWriter& json, const Sku& sku, Quantity quantity) {
    json.begin_object().key("sku").string(sku.view());
    json.key("quantity").integer(quantity.units());
}

void write_allocations(JsonWriter& json, const AllocateOrder& order, const BatchRefs& batches) {
    json.begin_object().key("order").string(order.order.view()).key("lines").begin_array();
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        begin_line(json, order.lines[i].sku, order.lines[i].quantity);
        json.key("batch").string(batches[i].view()).end_object();
    }
    json.end_array().end_object();
}

void write_batch(JsonWriter& json, const AddBatch& batch) {
    json.begin_object().key("batch").string(batch.batch.view());
    json.key("sku").string(batch.sku.view());
    json.key("quantity").integer(batch.quantity.units());
    json.key("eta").day(batch.eta);
    json.end_object();
}

void write_eta(JsonWriter& json, const Reschedule& command) {
    json.begin_object().key("batch").string(command.batch.view());
    json.key("eta").day(command.eta);
    json.end_object();
}

void write_released(JsonWriter& json, std::size_t lines) {
    json.begin_object().key("released").integer(static_cast<std::int64_t>(lines)).end_object();
}

}  // namespace allot::http

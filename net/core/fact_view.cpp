#include "net/core/fact_view.hpp"

#include <concepts>

namespace allot {

namespace {

using FactField = FactView::Field;

FactField order(const LineView& line) { return {"order", line.order.view()}; }
FactField sku(SkuView sku) { return {"sku", sku.view()}; }
FactField batch(BatchRefView batch) { return {"batch", batch.view()}; }
FactField number(std::string_view key, auto units) {
    return {key, static_cast<std::uint64_t>(units.units())};
}
FactField quantity(auto units) { return number("quantity", units); }
FactField day(std::string_view key, Eta eta) { return {key, eta}; }

struct Taker {
    FactView operator()(const BatchAdded& f) const {
        return {"batch_added",
                {batch(f.batch), sku(f.sku), quantity(f.purchased), day("eta", f.eta)}};
    }
    FactView operator()(const BatchQuantityChanged& f) const {
        return {"batch_quantity_changed",
                {batch(f.batch), sku(f.sku), number("from", f.from), number("to", f.to)}};
    }
    FactView operator()(const BatchRescheduled& f) const {
        return {"batch_rescheduled",
                {batch(f.batch), sku(f.sku), day("from", f.from), day("to", f.to)}};
    }
    FactView operator()(const LineAllocated& f) const {
        FactView parts{"line_allocated",
                       {order(f.line), sku(f.line.sku), quantity(f.line.quantity), batch(f.batch)}};
        if (f.since != 0) parts.fields.push_back(FactField{"since", f.since});
        return parts;
    }
    FactView operator()(const LineDeallocated& f) const {
        return {"line_deallocated",
                {order(f.line), sku(f.line.sku), quantity(f.line.quantity), batch(f.batch),
                 FactField{"allocated_at", f.allocated_at}}};
    }
    FactView operator()(const OutOfStock& f) const {
        return {"out_of_stock", {order(f.line), sku(f.line.sku), quantity(f.line.quantity)}};
    }
    FactView operator()(const ShortageWithdrawn& f) const {
        return {"shortage_withdrawn", {order(f.line), sku(f.line.sku), quantity(f.line.quantity)}};
    }
};

struct JsonValue {
    std::string& out;
    void operator()(std::string_view name) const { append_json_string(out, name); }
    void operator()(std::integral auto number) const { out += std::to_string(number); }
    void operator()(Eta eta) const { append_json_day(out, eta); }
};

void append_field(std::string& json, std::string_view key, const auto& value) {
    json += ',';
    append_json_string(json, key);
    json += ':';
    std::visit(JsonValue{json}, value);
}

}  // namespace

FactView view_of(const Fact& fact) { return std::visit(Taker{}, fact); }

void append_json(std::string& out, const FactView::Value& value) {
    std::visit(JsonValue{out}, value);
}

void append_event_json(std::string& out, const FactView& parts,
                       std::initializer_list<EventField> before,
                       std::initializer_list<EventField> after) {
    const std::size_t begin = out.size();
    for (const EventField& field : before) append_field(out, field.key, field.value);
    for (const FactField& field : parts.fields) append_field(out, field.key, field.value);
    for (const EventField& field : after) append_field(out, field.key, field.value);
    out[begin] = '{';  // where a comma is, as a fact has fields
    out += '}';
}

std::string event_json(const FactView& parts, std::initializer_list<EventField> before,
                       std::initializer_list<EventField> after) {
    std::string json;
    json.reserve(160);  // of most; a longer one grows
    append_event_json(json, parts, before, after);
    return json;
}

}  // namespace allot

#include "net/http/request_fields.hpp"

#include <utility>
#include <variant>

#include "engine/accepted_name.hpp"
#include "net/core/rule_text.hpp"

namespace allot::http {

namespace json = boost::json;

std::optional<json::object> object_of(const Exchange& exchange, const JsonLimits& limits) {
    auto parsed = parse_object(exchange.request.body, limits);
    if (auto* const object = std::get_if<json::object>(&parsed)) return std::move(*object);
    const auto& bad = std::get<BadBody>(parsed);
    exchange.fail(ErrorCode::syntax, bad.text, bad.field);
    return {};
}

template <class Name>
std::optional<Name> name_of(const Exchange& exchange, std::string_view text,
                            std::string_view field) {
    const auto name = accepted_name<Name>(text, exchange.bus().repository());
    if (name) return *name;
    exchange.fail(ErrorCode::bad_name, no_name<Name>(text), field);
    return {};
}
template std::optional<Sku> name_of(const Exchange&, std::string_view, std::string_view);
template std::optional<BatchRef> name_of(const Exchange&, std::string_view, std::string_view);
template std::optional<OrderId> name_of(const Exchange&, std::string_view, std::string_view);

JsonFields fields_of(const Exchange& exchange, const json::object& object, std::string where) {
    return {[&exchange](ErrorCode code, std::string_view text, std::string_view field) {
                exchange.fail(code, text, field);
            },
            exchange.bus().repository(), object, std::move(where)};
}

std::optional<AllocateOrder> order_of(const Exchange& exchange) {
    const auto order = name_of<OrderId>(exchange, exchange.arguments[0], "order");
    if (!order) return {};
    const auto object = object_of(exchange);
    if (!object) return {};
    const JsonFields fields = fields_of(exchange, *object);
    if (!fields.only({"lines"})) return {};
    auto lines = fields.lines();
    if (!lines) return {};
    return AllocateOrder{*order, std::move(*lines)};
}

}  // namespace allot::http

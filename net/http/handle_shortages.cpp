#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/http/request_fields.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_text.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::http::handlers {

namespace {
/// `[sku] [after]` of the query.
std::optional<ShortageQuery> query_of(const Exchange& exchange) {
    ShortageQuery query{.rows_max = shortage_rows_max};
    if (const std::string* const sku = exchange.query("sku")) {
        query.sku = name_of<Sku>(exchange, *sku, "sku");
        if (!query.sku) return {};
    }
    if (const std::string* const after = exchange.query("after")) {
        const auto lsn = whole_number(*after);
        if (!lsn) {
            exchange.fail(ErrorCode::syntax, no_lsn_text(*after), "after");
            return {};
        }
        query.after = *lsn;
    }
    return query;
}
}  // namespace

Lsn shortages(Exchange& exchange) {
    const auto query = query_of(exchange);
    if (!query) return 0;
    Repository& repository = exchange.bus().repository();
    exchange.ends_turn = repository.ledger().shortages().size() > shortages_per_turn;
    const auto rows = allot::shortages(*query, repository);
    if (!rows) {
        exchange.refuse(rows.error(), {.sku = query->sku->view()}, "sku");
        return exchange.last_lsn();
    }
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("shortages").begin_array();
    for (const ShortLine& row : *rows) {
        json.begin_object().key("order").string(row.line.order.view());
        json.key("sku").string(row.line.sku.view());
        json.key("quantity").integer(row.line.quantity.units());
        json.key("since").integer(static_cast<std::int64_t>(row.since)).end_object();
    }
    json.end_array().end_object();
    return exchange.last_lsn();
}

}  // namespace allot::http::handlers

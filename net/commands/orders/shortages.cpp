#include "net/commands/orders/order_commands.hpp"
#include "net/limits.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct Shortages {
    struct Parameters {
        std::optional<Sku> sku;
        Lsn after;
    };
    static constexpr std::tuple fields{
        optional<Sku>("sku"),
        keyword<Lsn>("after", 0, "The `since` of the last line that was listed")};

    static Outcome<std::vector<ShortLine>> run(const Parameters& parameters, Context& context) {
        Repository& repository = context.repository();
        if (repository.ledger().shortages().size() > shortages_per_slice)
            context.session.end_slice();
        return outcome_of(
            allot::shortages({parameters.sku, parameters.after, shortage_rows_max}, repository),
            context.last_lsn(), parameters, "sku");
    }

    static void write_row(auto& to, const ShortLine& row) {
        put_row(to, Column{"order", row.line.order}, Column{"sku", row.line.sku},
                Column{"quantity", row.line.quantity}, Column{"since", row.since});
    }
    static void write(ReplyWriter& reply, const std::vector<ShortLine>& rows) {
        reply.array(rows.size());
        for (const ShortLine& row : rows) write_row(reply, row);
    }
    static void write(JsonWriter& json, const std::vector<ShortLine>& rows) {
        json.begin_object().key("shortages").begin_array();
        for (const ShortLine& row : rows) write_row(json, row);
        json.end_array().end_object();
    }
};

}  // namespace

constinit const CommandSpec specs::shortages = command<Shortages>({
    .name = "SHORTAGES",
    .flags = flag_read,
    .reply = "array of [order, sku, quantity, since]",
    .summary = "Lists the short lines, which no batch could take, oldest first",
    .group = "stock",
    .routes = {{{.method = Method::get,
                 .path = "/v1/shortages",
                 .id = "shortages",
                 .call = "[?sku=…][&after=lsn]",
                 .answers = "200: the short lines, oldest first, in pages; "
                            "`after` the last one's `since` returns the following ones",
                 .good = {{{200, "Shortages", "A page of the lines"}}},
                 .errors = {{invalid_sku_error}}}}},
});

}  // namespace allot::commands

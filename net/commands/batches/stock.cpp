#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct Stock {
    struct Parameters {
        Sku sku;
    };
    struct Batches {
        Version version;
        std::vector<BatchStock> rows;
    };
    static constexpr std::tuple fields{required<Sku>("sku")};

    static Outcome<Batches> run(const Parameters& parameters, Context& context) {
        auto rows = allot::stock(parameters.sku, context.repository());
        if (rows) {
            return {Batches{allot::version(parameters.sku, context.repository()), *std::move(rows)},
                    context.last_lsn()};
        }
        return {failure_of(rows.error(), subject_of(parameters), "sku"), context.last_lsn()};
    }

    static void write_row(auto& to, const BatchStock& row) {
        put_row(to, Column{"batch", row.batch}, Column{"eta", row.eta},
                Column{"purchased", row.purchased}, Column{"available", row.available});
    }
    static void write(ReplyWriter& reply, const Batches& batches) {
        reply.array(batches.rows.size());
        for (const BatchStock& row : batches.rows) write_row(reply, row);
    }
    static void write(JsonWriter& json, const Parameters& parameters, const Batches& batches) {
        json.begin_object();
        put_members(json, Column{"sku", parameters.sku}, Column{"version", batches.version});
        json.key("batches").begin_array();
        for (const BatchStock& row : batches.rows) write_row(json, row);
        json.end_array().end_object();
    }
};

}  // namespace

constinit const CommandSpec specs::stock = command<Stock>({
    .name = "STOCK",
    .flags = flag_read,
    .reply = "array of [batch, eta or warehouse, purchased, available]",
    .summary = "Lists the batches of a SKU in order of preference",
    .group = "stock",
    .routes = {{{.method = Method::get,
                 .path = "/v1/skus/{sku}/stock",
                 .id = "stock",
                 .answers = "200: the batches in order of preference, and the `version` of the "
                            "SKU: how often its stock has changed",
                 .good = {{{200, "Stock", "The batches"}}},
                 .errors = {{invalid_sku_error}}}}},
});

}  // namespace allot::commands

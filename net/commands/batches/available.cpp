#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct Available {
    struct Parameters {
        Sku sku;
        std::optional<Eta> day;
    };
    static constexpr std::tuple fields{required<Sku>("sku"), optional<Eta>("day")};

    static Outcome<std::int64_t> run(const Parameters& parameters, Context& context) {
        return outcome_of(allot::available(parameters.sku, parameters.day, context.repository()),
                          context.last_lsn(), parameters, "sku");
    }

    static void write(JsonWriter& json, const Parameters& parameters, std::int64_t units) {
        put_row(json, Column{"sku", parameters.sku}, Column{"available", units});
    }
};

}  // namespace

constinit const CommandSpec specs::available = command<Available>({
    .name = "AVAILABLE",
    .flags = flag_read,
    .reply = ":units",
    .summary = "Counts the units available in all, or by a day",
    .group = "stock",
    .routes = {{{.method = Method::get,
                 .path = "/v1/skus/{sku}/available",
                 .id = "available",
                 .call = "[?day=…]",
                 .answers = R"(200 `{"sku","available":n}`)",
                 .good = {{{200, "Available", "The number of units"}}},
                 .errors = {{invalid_sku_error}}}}},
});

}  // namespace allot::commands

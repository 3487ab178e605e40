#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct SetQuantity {
    using Parameters = ChangeBatchQuantity;
    static constexpr std::tuple fields{required<BatchRef>("batch"),
                                       required<Purchased>("quantity")};

    static Outcome<std::size_t> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters, "batch");
    }

    static void write(JsonWriter& json, std::size_t lines) {
        put_row(json, Column{"released", lines});
    }
};

}  // namespace

constinit const CommandSpec specs::set_quantity = command<SetQuantity>({
    .name = "SETQTY",
    .flags = flag_write,
    .reply = ":lines released",
    .summary =
        "Sets the purchased quantity of a batch; lines that no longer fit are allocated again",
    .group = "stock",
    .operation = "set_quantity",
    .result = R"({"released":n})",
    .routes = {{{.method = Method::put,
                 .path = "/v1/batches/{batch}/quantity",
                 .flags = flag_body,
                 .id = "setQuantity",
                 .call = R"({"quantity"})",
                 .answers = R"(200 `{"released":n}`)",
                 .good = {{{200, "Released",
                            "The number of lines released, each allocated again or short"}}},
                 .errors = {{no_such_batch_error}},
                 .body_schema = "NewQuantity",
                 .example = R"({"quantity":5})"}}},
});

}  // namespace allot::commands

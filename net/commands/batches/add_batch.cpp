#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct NewBatch {
    using Parameters = AddBatch;
    static constexpr std::tuple fields{required<BatchRef>("batch"), required<Sku>("sku"),
                                       required<Quantity>("quantity"),
                                       optional<Eta>("eta", Eta::warehouse())};

    static Outcome<Done> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters, "batch");
    }

    static void write(JsonWriter& json, const Parameters& parameters, Done /*done*/) {
        put_row(json, Column{"batch", parameters.batch}, Column{"sku", parameters.sku},
                Column{"quantity", parameters.quantity}, Column{"eta", parameters.eta});
    }
};

}  // namespace

constinit const CommandSpec specs::add_batch = command<NewBatch>({
    .name = "ADDBATCH",
    .flags = flag_write | flag_fast,
    .reply = "+OK",
    .summary = "Adds a batch of stock, in the warehouse or arriving on a day",
    .group = "stock",
    .operation = "add_batch",
    .result = R"({"batch","sku","quantity","eta"})",
    .routes = {{{.method = Method::put,
                 .path = "/v1/batches/{batch}",
                 .flags = flag_body,
                 .changed = 201,
                 .id = "addBatch",
                 .call = R"({"sku","quantity","eta"?})",
                 .answers = "201, or 200 if the batch was there",
                 .good = {{{200, "Batch",
                            "The batch was there, with the same SKU, quantity and ETA"},
                           {201, "Batch", "The batch was added"}}},
                 .errors = {{{409,
                              "BATCHEXISTS: the batch is there with another SKU, quantity or ETA. "
                              "BATCHLIMIT: the SKU has as many batches as one may have"}}},
                 .body_schema = "NewBatch",
                 .example = R"({"sku":"SMALL-TABLE","quantity":100,"eta":"2026-12-24"})"}}},
});

}  // namespace allot::commands

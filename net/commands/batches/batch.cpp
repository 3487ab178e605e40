#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct BatchState {
    struct Parameters {
        BatchRef batch;
    };
    static constexpr std::tuple fields{required<BatchRef>("batch")};

    static Outcome<BatchStock> run(const Parameters& parameters, Context& context) {
        return outcome_of(batch_stock(parameters.batch, context.repository()), context.last_lsn(),
                          parameters, "batch");
    }

    static void write(auto& to, const BatchStock& batch) {
        put_map(to, Column{"purchased", batch.purchased}, Column{"available", batch.available},
                Column{"allocated", batch.purchased - batch.available}, Column{"eta", batch.eta});
    }
};

}  // namespace

constinit const CommandSpec specs::batch = command<BatchState>({
    .name = "BATCH",
    .flags = flag_read | flag_fast,
    .reply = "map of purchased, available, allocated and eta or warehouse",
    .summary = "Returns the units of a batch, and its ETA",
    .group = "stock",
    .routes = {{{.method = Method::get,
                 .path = "/v1/batches/{batch}",
                 .id = "batch",
                 .answers = R"(200 `{"purchased","available","allocated","eta"}`)",
                 .good = {{{200,
                            R"({"type":"object","required":["purchased","available","allocated",)"
                            R"("eta"],"properties":{"purchased":{"type":"integer"},)"
                            R"("available":{"type":"integer"},"allocated":{"type":"integer"},)"
                            R"("eta":{"$ref":"#/components/schemas/Eta"}}})",
                            "The units of the batch, and its ETA"}}},
                 .errors = {{no_such_batch_error}}}}},
});

}  // namespace allot::commands

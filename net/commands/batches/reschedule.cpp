#include "net/commands/batches/batch_commands.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

Outcome<Done> reschedule_to(const Reschedule& parameters, Context& context) {
    return outcome_of(context.bus().handle(parameters), parameters, "batch");
}

struct MoveBatch {
    using Parameters = Reschedule;
    static constexpr std::tuple fields{required<BatchRef>("batch"), required<Eta>("eta")};

    static Outcome<Done> run(const Parameters& parameters, Context& context) {
        return reschedule_to(parameters, context);
    }

    static void write(JsonWriter& json, const Parameters& parameters, Done /*done*/) {
        put_row(json, Column{"batch", parameters.batch}, Column{"eta", parameters.eta});
    }
};

struct ReceiveBatch {
    struct Parameters {
        BatchRef batch;
    };
    static constexpr std::tuple fields{required<BatchRef>("batch")};

    static Outcome<Done> run(const Parameters& parameters, Context& context) {
        return reschedule_to({parameters.batch, Eta::warehouse()}, context);
    }

    static void write(JsonWriter& json, const Parameters& parameters, Done /*done*/) {
        put_row(json, Column{"batch", parameters.batch}, Column{"eta", Eta::warehouse()});
    }
};

}  // namespace

constinit const CommandSpec specs::reschedule = command<MoveBatch>({
    .name = "RESCHEDULE",
    .flags = flag_write | flag_fast,
    .reply = "+OK",
    .summary = "Moves a batch to another day; its allocations stay",
    .group = "stock",
    .operation = "reschedule",
    .result = R"({"batch","eta"})",
    .routes = {{{.method = Method::put,
                 .path = "/v1/batches/{batch}/eta",
                 .flags = flag_body,
                 .id = "reschedule",
                 .call = R"({"eta"})",
                 .answers = R"(200 `{"batch","eta"}`)",
                 .good = {{{200, "BatchEta", "The batch has the new ETA"}}},
                 .errors = {{no_such_batch_error}},
                 .body_schema = "NewEta",
                 .example = R"({"eta":"2026-12-31"})"}}},
});

constinit const CommandSpec specs::receive = command<ReceiveBatch>({
    .name = "RECEIVE",
    .flags = flag_write | flag_fast,
    .reply = "+OK",
    .summary = "Notes that a batch is in the warehouse; its allocations stay",
    .group = "stock",
    .operation = "receive",
    .result = R"({"batch","eta":null})",
    .routes = {{{.method = Method::post,
                 .path = "/v1/batches/{batch}/receive",
                 .id = "receive",
                 .answers = R"(200 `{"batch","eta":null}`)",
                 .good = {{{200, "BatchEta", "The batch is in the warehouse"}}},
                 .errors = {{no_such_batch_error}}}}},
});

}  // namespace allot::commands

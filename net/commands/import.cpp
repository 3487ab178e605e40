#include <array>

#include "net/commands/server_commands.hpp"
#include "net/schema/container.hpp"
#include "net/schema/define.hpp"

namespace allot::commands {

namespace {

struct ImportedBatch {
    using Parameters = ImportBatch;
    static constexpr std::tuple fields{required<BatchRef>("batch"), required<Sku>("sku"),
                                       required<Purchased>("quantity"), required<Eta>("eta")};
    static Outcome<bool> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(parameters), parameters, "batch");
    }
};

struct ImportedLine {
    struct Parameters {
        OrderId order;
        Sku sku;
        Quantity quantity;
        BatchRef batch;
    };
    static constexpr std::tuple fields{required<OrderId>("order"), required<Sku>("sku"),
                                       required<Quantity>("quantity"), required<BatchRef>("batch")};
    static Outcome<bool> run(const Parameters& parameters, Context& context) {
        const auto answer = context.bus().handle(
            ImportLine{{parameters.order, parameters.sku, parameters.quantity}, parameters.batch});
        if (answer.result) return {*answer.result, answer.lsn};
        return {explain(answer.result.error(), parameters), answer.lsn};
    }

private:
    /// Returns the error of a line that was allocated before, with its own texts.
    static Failure explain(Refusal refusal, const Parameters& parameters) {
        Failure failure = failure_of(refusal, subject_of(parameters), "batch");
        const std::string batch{parameters.batch.view()};
        if (refusal == Refusal::out_of_stock) {
            failure.text = "Batch " + batch + " has fewer units available";
        } else if (refusal == Refusal::batch_exists) {
            failure.text = "Another batch than " + batch + " holds this line";
        }
        return failure;
    }
};

struct ImportedOrder {
    using Parameters = AllocateOrder;
    static constexpr std::tuple fields{required<OrderId>("order"), lines_of_order()};
    static Outcome<std::size_t> run(const Parameters& parameters, Context& context) {
        return outcome_of(context.bus().handle(ImportOrder{parameters}), parameters);
    }
};

constexpr std::array imports{
    subcommand<ImportedBatch>(
        "BATCH",
        "Adds a batch, as ADDBATCH; the quantity may be 0. Returns 1, or 0 if the batch existed."),
    subcommand<ImportedLine>(
        "ALLOCATION", "Allocates a line to the named batch. Returns 1, or 0 if the batch held it."),
    subcommand<ImportedOrder>("ORDER",
                              "Allocates an order, as ALLOCATE. Returns the number of new lines.")};

}  // namespace

constinit const CommandSpec specs::import_rows = container({
    .name = "IMPORT",
    .flags = flag_write | flag_no_multi,
    .syntax = "BATCH|ALLOCATION|ORDER|HELP [argument ...]",
    .reply = ":objects added",
    .summary =
        "Copies a batch, line or order from another store, and returns how many objects were new",
    .group = "stock",
    .subcommands = imports,
});

}  // namespace allot::commands

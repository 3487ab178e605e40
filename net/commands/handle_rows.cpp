#include <array>
#include <string>

#include "engine/listing.hpp"
#include "net/commands/arguments.hpp"
#include "net/commands/command_table.hpp"
#include "net/commands/handlers.hpp"
#include "net/commands/subcommands.hpp"
#include "net/limits.hpp"
#include "net/text/parse_uint.hpp"

// EXPORT and IMPORT: what `allot export` and `allot import` ask a running server for.

namespace allot::handlers {
namespace {

constexpr auto any = CommandSpec::any_number;

std::optional<Index> cursor_at(Call& call, std::size_t at) {
    const auto cursor = whole_number(call.args[at], no_index - 1);
    if (cursor) return static_cast<Index>(*cursor);
    call.fail(ErrorCode::syntax, Quoted{call.args[at]},
              " is no cursor: it is 0 to begin, then the cursor of the reply before");
    return {};
}

/// \param write replies with a row.
template <class Row, class Write>
Lsn reply_with_rows(Call& call, const ListedRows<Row>& listed, Write write) {
    const Lsn last = call.last_lsn();
    call.reply.array(3);
    call.reply.integer(static_cast<std::int64_t>(last));
    call.reply.integer(listed.next);
    call.reply.array(listed.rows.size());
    for (const Row& row : listed.rows) write(row);
    return last;
}

Lsn export_batches(Call& call) {
    const auto cursor = cursor_at(call, 2);
    if (!cursor) return no_lsn;
    const auto listed = list_batches(call.bus().repository(), *cursor, exported_rows_max);
    return reply_with_rows(call, listed, [&reply = call.reply](const ListedBatch& row) {
        reply.array(5);
        reply.value(row.batch);
        reply.value(row.sku);
        reply.integer(row.purchased.units());
        reply.value(row.eta.in_warehouse() ? "warehouse" : row.eta.to_string());
        reply.integer(static_cast<std::int64_t>(row.added));
    });
}

Lsn export_allocations(Call& call) {
    const auto cursor = cursor_at(call, 2);
    if (!cursor) return no_lsn;
    const auto listed = list_lines(call.bus().repository(), *cursor, exported_rows_max);
    return reply_with_rows(call, listed, [&reply = call.reply](const ListedLine& row) {
        reply.array(5);
        reply.value(row.line.order);
        reply.value(row.line.sku);
        reply.integer(row.line.quantity.units());
        reply.value(row.batch);
        reply.integer(static_cast<std::int64_t>(row.allocated_at));
    });
}

Lsn import_batch(Call& call) {
    const auto batch = name_at<BatchRef>(call, 2);
    if (!batch) return no_lsn;
    const auto sku = name_at<Sku>(call, 3);
    if (!sku) return no_lsn;
    const auto purchased = units_at<Purchased>(call, 4);
    if (!purchased) return no_lsn;
    const auto eta = eta_at(call, 5);
    if (!eta) return no_lsn;
    const auto answer = call.bus().handle(ImportBatch{*batch, *sku, *purchased, *eta});
    if (answer.result) {
        call.reply.integer(*answer.result ? 1 : 0);
    } else {
        refuse(call, answer.result.error(), {.sku = sku->view(), .batch = batch->view()});
    }
    return answer.lsn;
}

/// What a line that was allocated before may meet has words of its own.
void refuse_line(Call& call, Refusal refusal, const ImportLine& command) {
    const std::string_view batch = command.batch.view();
    if (refusal == Refusal::out_of_stock) {
        call.fail(ErrorCode::out_of_stock, "Batch ", batch, " has fewer units available");
    } else if (refusal == Refusal::batch_exists) {
        call.fail(ErrorCode::batch_exists, "Another batch than ", batch, " holds this line");
    } else {
        refuse(call, refusal, {.sku = command.line.sku.view(), .batch = batch});
    }
}

Lsn import_allocation(Call& call) {
    const auto order = name_at<OrderId>(call, 2);
    if (!order) return no_lsn;
    const auto sku = name_at<Sku>(call, 3);
    if (!sku) return no_lsn;
    const auto quantity = units_at<Quantity>(call, 4);
    if (!quantity) return no_lsn;
    const auto batch = name_at<BatchRef>(call, 5);
    if (!batch) return no_lsn;
    const ImportLine command{{*order, *sku, *quantity}, *batch};
    const auto answer = call.bus().handle(command);
    if (answer.result) {
        call.reply.integer(*answer.result ? 1 : 0);
    } else {
        refuse_line(call, answer.result.error(), command);
    }
    return answer.lsn;
}

Lsn import_order(Call& call) {
    if (call.args.size() % 2 == 0) {
        call.fail(ErrorCode::generic,
                  "wrong number of arguments for 'import|order' command: ", call.args.size() - 2,
                  wanted_arguments("order sku qty [sku qty ...]"));
        return no_lsn;
    }
    const auto order = order_at(call, 2);
    if (!order) return no_lsn;
    const auto answer = call.bus().handle(ImportOrder{*order});
    if (answer.result) {
        call.reply.integer(static_cast<std::int64_t>(*answer.result));
    } else {
        const RefusedLine refused = answer.result.error();
        refuse(call, refused.refusal, {.sku = order->lines[refused.line].sku.view()});
    }
    return answer.lsn;
}

constexpr std::array exports = {
    Subcommand{"BATCHES", "cursor", "Batches as [batch, sku, qty, eta, LSN of its addition].", 1, 1,
               export_batches},
    Subcommand{"ALLOCATIONS", "cursor",
               "Allocated lines as [order, sku, qty, batch, LSN of its first allocation].", 1, 1,
               export_allocations}};

constexpr std::array imports = {
    Subcommand{"BATCH", "batch sku qty eta",
               "As ADDBATCH, with a quantity from 0; replies with 1, or 0 where it was there.", 4,
               4, import_batch},
    Subcommand{"ALLOCATION", "order sku qty batch",
               "Allocates a line to the batch that is named; replies likewise.", 4, 4,
               import_allocation},
    Subcommand{"ORDER", "order sku qty [sku qty ...]",
               "As ALLOCATE; replies with the number of lines that are new.", 3, any,
               import_order}};

}  // namespace

Lsn export_rows(Call& call) { return run_subcommand(call, exports); }

Lsn import_rows(Call& call) { return run_subcommand(call, imports); }

}  // namespace allot::handlers

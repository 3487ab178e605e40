#include <optional>

#include "net/commands/arguments.hpp"
#include "net/commands/command_table.hpp"
#include "net/commands/handlers.hpp"

namespace allot::handlers {

namespace {

// What the arguments ask for; nothing where they break a rule, which has been replied.

std::optional<AddBatch> read_add_batch(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return {};
    const auto sku = name_at<Sku>(call, 2);
    if (!sku) return {};
    const auto quantity = units_at<Quantity>(call, 3);
    if (!quantity) return {};
    const auto eta = call.args.size() > 4 ? eta_at(call, 4) : Eta::warehouse();
    if (!eta) return {};
    return AddBatch{*batch, *sku, *quantity, *eta};
}

bool allocates_one_line(const Call& call) {
    constexpr std::size_t args_of_one_line = 4;
    return call.args.size() == args_of_one_line;
}

std::optional<Allocate> read_line(Call& call) {
    const auto order = name_at<OrderId>(call, 1);
    if (!order) return {};
    const auto sku = name_at<Sku>(call, 2);
    if (!sku) return {};
    const auto quantity = units_at<Quantity>(call, 3);
    if (!quantity) return {};
    return Allocate{{*order, *sku, *quantity}};
}

std::optional<Deallocate> read_deallocate(Call& call) {
    const auto order = name_at<OrderId>(call, 1);
    if (!order) return {};
    Deallocate command{*order};
    if (call.args.size() > 2) {
        command.sku = name_at<Sku>(call, 2);
        if (!command.sku) return {};
    }
    if (call.args.size() > 3) {
        command.quantity = units_at<Quantity>(call, 3);
        if (!command.quantity) return {};
    }
    return command;
}

std::optional<ChangeBatchQuantity> read_set_quantity(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return {};
    const auto purchased = units_at<Purchased>(call, 2);
    if (!purchased) return {};
    return ChangeBatchQuantity{*batch, *purchased};
}

std::optional<Reschedule> read_reschedule(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return {};
    const auto eta = eta_at(call, 2);
    if (!eta) return {};
    return Reschedule{*batch, *eta};
}

std::optional<Reschedule> read_receive(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return {};
    return Reschedule{*batch, Eta::warehouse()};
}

}  // namespace

bool check_arguments(Call& call, const CommandSpec& spec) {
    if (spec.handler == add_batch) return read_add_batch(call).has_value();
    if (spec.handler == allocate) {
        return allocates_one_line(call) ? read_line(call).has_value()
                                        : order_at(call, 1).has_value();
    }
    if (spec.handler == deallocate) return read_deallocate(call).has_value();
    if (spec.handler == set_quantity) return read_set_quantity(call).has_value();
    if (spec.handler == reschedule) return read_reschedule(call).has_value();
    if (spec.handler == receive) return read_receive(call).has_value();
    return true;
}

Lsn add_batch(Call& call) {
    const auto command = read_add_batch(call);
    if (!command) return no_lsn;
    const auto answer = call.bus().handle(*command);
    if (answer.result) {
        call.reply.ok();
    } else {
        refuse(call, answer.result.error(),
               {.sku = command->sku.view(), .batch = command->batch.view()});
    }
    return answer.lsn;
}

namespace {
Lsn allocate_lines(Call& call) {
    const auto order = order_at(call, 1);
    if (!order) return no_lsn;
    const auto answer = call.bus().handle(*order);
    if (answer.result) {
        call.reply.array(answer.result->size());
        for (const BatchRef& batch : *answer.result) call.reply.value(batch);
    } else {
        const RefusedLine refused = answer.result.error();
        refuse(call, refused.refusal, {.sku = order->lines[refused.line].sku.view()});
    }
    return answer.lsn;
}
}  // namespace

Lsn allocate(Call& call) {
    if (!allocates_one_line(call)) return allocate_lines(call);
    const auto command = read_line(call);
    if (!command) return no_lsn;
    const auto answer = call.bus().handle(*command);
    if (answer.result) {
        call.reply.value(*answer.result);
    } else {
        refuse(call, answer.result.error(), {.sku = command->line.sku.view()});
    }
    return answer.lsn;
}

Lsn deallocate(Call& call) {
    const auto command = read_deallocate(call);
    if (!command) return no_lsn;
    const auto answer = call.bus().handle(*command);
    if (answer.result) {
        call.reply.integer(static_cast<std::int64_t>(*answer.result));
    } else {
        refuse(call, answer.result.error(), {});
    }
    return answer.lsn;
}

Lsn set_quantity(Call& call) {
    const auto command = read_set_quantity(call);
    if (!command) return no_lsn;
    const auto answer = call.bus().handle(*command);
    if (answer.result) {
        call.reply.integer(static_cast<std::int64_t>(*answer.result));
    } else {
        refuse(call, answer.result.error(), {.batch = command->batch.view()});
    }
    return answer.lsn;
}

namespace {
Lsn reschedule_to(Call& call, const std::optional<Reschedule>& command) {
    if (!command) return no_lsn;
    const auto answer = call.bus().handle(*command);
    if (answer.result) {
        call.reply.ok();
    } else {
        refuse(call, answer.result.error(), {.batch = command->batch.view()});
    }
    return answer.lsn;
}
}  // namespace

Lsn reschedule(Call& call) { return reschedule_to(call, read_reschedule(call)); }

Lsn receive(Call& call) { return reschedule_to(call, read_receive(call)); }

}  // namespace allot::handlers

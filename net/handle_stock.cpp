#include "net/arguments.hpp"
#include "net/handlers.hpp"

namespace allot::handlers {

Lsn add_batch(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return no_lsn;
    const auto sku = name_at<Sku>(call, 2);
    if (!sku) return no_lsn;
    const auto quantity = units_at<Quantity>(call, 3);
    if (!quantity) return no_lsn;
    const auto eta = call.args.size() > 4 ? eta_at(call, 4) : Eta::warehouse();
    if (!eta) return no_lsn;
    const auto answer = call.bus().handle(AddBatch{*batch, *sku, *quantity, *eta});
    if (answer.result) {
        call.reply.ok();
    } else {
        refuse(call, answer.result.error(), {.sku = sku->view(), .batch = batch->view()});
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
    constexpr std::size_t args_of_one_line = 4;
    if (call.args.size() > args_of_one_line) return allocate_lines(call);
    const auto order = name_at<OrderId>(call, 1);
    if (!order) return no_lsn;
    const auto sku = name_at<Sku>(call, 2);
    if (!sku) return no_lsn;
    const auto quantity = units_at<Quantity>(call, 3);
    if (!quantity) return no_lsn;
    const auto answer = call.bus().handle(Allocate{{*order, *sku, *quantity}});
    if (answer.result) {
        call.reply.value(*answer.result);
    } else {
        refuse(call, answer.result.error(), {.sku = sku->view()});
    }
    return answer.lsn;
}

Lsn deallocate(Call& call) {
    const auto order = name_at<OrderId>(call, 1);
    if (!order) return no_lsn;
    Deallocate command{*order};
    if (call.args.size() > 2) {
        command.sku = name_at<Sku>(call, 2);
        if (!command.sku) return no_lsn;
    }
    if (call.args.size() > 3) {
        command.quantity = units_at<Quantity>(call, 3);
        if (!command.quantity) return no_lsn;
    }
    const auto answer = call.bus().handle(command);
    if (answer.result) {
        call.reply.integer(static_cast<std::int64_t>(*answer.result));
    } else {
        refuse(call, answer.result.error(), {});
    }
    return answer.lsn;
}

Lsn set_quantity(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return no_lsn;
    const auto purchased = units_at<Purchased>(call, 2);
    if (!purchased) return no_lsn;
    const auto answer = call.bus().handle(ChangeBatchQuantity{*batch, *purchased});
    if (answer.result) {
        call.reply.integer(static_cast<std::int64_t>(*answer.result));
    } else {
        refuse(call, answer.result.error(), {.batch = batch->view()});
    }
    return answer.lsn;
}

namespace {
Lsn reschedule_to(Call& call, const BatchRef& batch, Eta eta) {
    const auto answer = call.bus().handle(Reschedule{batch, eta});
    if (answer.result) {
        call.reply.ok();
    } else {
        refuse(call, answer.result.error(), {.batch = batch.view()});
    }
    return answer.lsn;
}
}  // namespace

Lsn reschedule(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return no_lsn;
    const auto eta = eta_at(call, 2);
    if (!eta) return no_lsn;
    return reschedule_to(call, *batch, *eta);
}

Lsn receive(Call& call) {
    const auto batch = name_at<BatchRef>(call, 1);
    if (!batch) return no_lsn;
    return reschedule_to(call, *batch, Eta::warehouse());
}

}  // namespace allot::handlers

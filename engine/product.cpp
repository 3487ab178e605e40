#include "engine/product.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace allot {

Decision Product::decide(Quantity quantity, OrderSlot order) const {
    const Index held = ledger_->find_line(order, index_, quantity);
    if (held != no_index) return {ledger_->line(held).batch, true, order};
    return {choose(quantity), false, order};
}

Result<BatchRefView> Product::allocate(const LineView& line, const Decision& decision,
                                       FactRecorder& recorder, Lsn since) {
    if (decision.batch == no_index) return Refusal::out_of_stock;
    const BatchRefView ref = ledger_->batch(decision.batch).ref();
    if (!decision.is_held) {
        recorder.record(*this, Fact{std::in_place_type<LineAllocated>, line, ref, since}, decision);
    }
    return ref;
}

Index Product::choose(Quantity quantity) const {
    for (const Index at : batches().subspan(sold_out_)) {
        if (ledger_->batch(at).can_allocate(quantity)) return at;
    }
    return no_index;
}

std::size_t Product::deallocate(OrderIdView order, Quantity quantity, FactRecorder& recorder) {
    const Index held = ledger_->find_line(order, index_, quantity);
    if (held == no_index) return 0;
    const AllocatedLine& line = ledger_->line(held);
    recorder.record(
        *this, LineDeallocated{
                   {order, sku(), quantity}, ledger_->batch(line.batch).ref(), line.allocated_at});
    return 1;
}

void Product::record_shortage(const LineView& line, std::uint64_t order_hash,
                              FactRecorder& recorder) {
    if (find_shortage(order_hash, line) != no_index) return;
    recorder.record(*this, OutOfStock{line});
}

void Product::withdraw(OrderIdView order, Quantity quantity, FactRecorder& recorder) {
    const LineView line{order, sku(), quantity};
    if (find_shortage(ledger_->hash(order.view()), line) == no_index) return;
    recorder.record(*this, ShortageWithdrawn{line});
}

Result<void> Product::add_batch(BatchRefView ref, Purchased purchased, Eta eta,
                                FactRecorder& recorder) {
    const Index existing = own_batch(ref);
    if (existing != no_index) {
        const Batch& batch = ledger_->batch(existing);
        if (batch.purchased() == purchased.units() && batch.eta() == eta) return {};
        return Refusal::batch_exists;
    }
    if (batches_.size() >= batches_max) return Refusal::batch_limit;
    recorder.record(*this, BatchAdded{sku(), ref, purchased, eta});
    return {};
}

std::size_t Product::change_quantity(Index at, Purchased purchased, FactRecorder& recorder) {
    const Batch& batch = ledger_->batch(at);
    const auto from = Purchased::of(batch.purchased()).value();
    if (purchased == from) return 0;

    // The latest lines are released until the rest fits, before the batch shrinks: so its lines
    // never exceed its purchased quantity.
    std::vector<std::pair<OrderLine, Lsn>> released;  // and their seniority
    std::int64_t excess = batch.purchased() - batch.available() - purchased.units();
    for (Index line_at = ledger_->latest_line(at); excess > 0;) {
        const AllocatedLine line = ledger_->line(line_at);
        const OrderLine wanted{OrderId::unchecked(ledger_->order_id(line)), sku().owned(),
                               Quantity::of(line.quantity).value()};
        released.emplace_back(wanted, line.allocated_at);
        recorder.record(*this, LineDeallocated{wanted, batch.ref(), line.allocated_at});
        excess -= line.quantity;
        line_at = line.earlier;
    }
    recorder.record(*this, BatchQuantityChanged{sku(), batch.ref(), from, purchased});

    std::ranges::reverse(released);  // oldest first
    for (const auto& [line, since] : released) {
        const OrderSlot order = ledger_->find_order(line.order);
        const auto again = allocate(line, decide(line.quantity, order), recorder, since);
        if (!again) record_shortage(line, order.hash, recorder);
    }
    return released.size();
}

void Product::reschedule(Index at, Eta eta, FactRecorder& recorder) {
    const Batch& batch = ledger_->batch(at);
    if (batch.eta() == eta) return;
    recorder.record(*this, BatchRescheduled{sku(), batch.ref(), batch.eta(), eta});
}

Result<void> Product::import_line(const LineView& line, Index at, FactRecorder& recorder) {
    const Batch& batch = ledger_->batch(at);
    const Index held = ledger_->find_line(line.order, index_, line.quantity);
    if (held != no_index) {
        if (ledger_->line(held).batch == at) return {};
        return Refusal::batch_exists;
    }
    if (!batch.can_allocate(line.quantity)) return Refusal::out_of_stock;
    recorder.record(*this, LineAllocated{line, batch.ref()});
    return {};
}

}  // namespace allot

#include "engine/product.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <vector>

namespace allot {

Result<BatchRef> Product::allocate(const OrderLine& line, FactRecorder& recorder,
                                   PlanObserver* observer) {
    const OrderPlace order = ledger_->find_order(line.order);
    const Index held = ledger_->find_line(order, index_, line.quantity);
    if (held != no_index) {
        const Batch& holder = ledger_->batch(ledger_->line(held).batch);
        if (observer != nullptr) observer->considered(holder, Verdict::holds_the_line);
        return holder.ref();
    }
    const Index chosen = choose(line.quantity, observer);
    if (chosen == no_index) return Refusal::out_of_stock;
    const BatchRef ref = ledger_->batch(chosen).ref();
    recorder.record(*this, Fact{std::in_place_type<LineAllocated>, line, ref}, {chosen, order});
    return ref;
}

Index Product::choose(Quantity quantity, PlanObserver* observer) const {
    Index chosen = no_index;
    // Who explains is told of the batches that are passed over, too.
    for (const Index at : batches().subspan(observer == nullptr ? sold_out_ : 0)) {
        const Batch& batch = ledger_->batch(at);
        const Verdict verdict = chosen != no_index             ? Verdict::not_needed
                                : batch.can_allocate(quantity) ? Verdict::chosen
                                                               : Verdict::too_small;
        if (observer != nullptr) observer->considered(batch, verdict);
        if (verdict == Verdict::chosen) {
            chosen = at;
            if (observer == nullptr) break;
        }
    }
    return chosen;
}

std::size_t Product::deallocate(const OrderId& order, Quantity quantity, FactRecorder& recorder) {
    const Index held = ledger_->find_line(order, index_, quantity);
    if (held == no_index) return 0;
    const AllocatedLine& line = ledger_->line(held);
    recorder.record(
        *this, LineDeallocated{
                   {order, sku(), quantity}, ledger_->batch(line.batch).ref(), line.allocated_at});
    return 1;
}

Result<void> Product::add_batch(const BatchRef& ref, Purchased purchased, Eta eta,
                                FactRecorder& recorder) {
    const Index existing = own_batch(ref);
    if (existing != no_index) {
        const Batch& batch = ledger_->batch(existing);
        if (batch.purchased() == purchased.units() && batch.eta() == eta) return {};
        return Refusal::batch_exists;
    }
    recorder.record(*this, BatchAdded{sku(), ref, purchased, eta});
    return {};
}

std::size_t Product::change_quantity(Index at, Purchased purchased, FactRecorder& recorder) {
    const Batch& batch = ledger_->batch(at);
    const auto from = Purchased::of(batch.purchased()).value();
    if (purchased == from) return 0;

    // The latest lines have to go until what is left fits. They go before the batch shrinks, so
    // that it never holds more than it has.
    std::vector<OrderLine> released;
    std::int64_t excess = batch.purchased() - batch.available() - purchased.units();
    for (Index line_at = ledger_->latest_line(at); excess > 0;) {
        const AllocatedLine line = ledger_->line(line_at);
        released.push_back(
            {OrderId::known(ledger_->order_id(line)), sku(), Quantity::of(line.quantity).value()});
        recorder.record(*this, LineDeallocated{released.back(), batch.ref(), line.allocated_at});
        excess -= line.quantity;
        line_at = line.earlier;
    }
    recorder.record(*this, BatchQuantityChanged{sku(), batch.ref(), from, purchased});

    std::ranges::reverse(released);  // oldest first
    for (const OrderLine& line : released) {
        if (!allocate(line, recorder)) recorder.record(*this, OutOfStock{line});
    }
    return released.size();
}

void Product::reschedule(Index at, Eta eta, FactRecorder& recorder) {
    const Batch& batch = ledger_->batch(at);
    if (batch.eta() == eta) return;
    recorder.record(*this, BatchRescheduled{sku(), batch.ref(), batch.eta(), eta});
}

Result<void> Product::restore(const OrderLine& line, Index at, FactRecorder& recorder) {
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

Index Product::own_batch(const BatchRef& ref) const {
    const Index likely = preferred();
    if (likely != no_index && ledger_->batch(likely).ref_view() == ref.view()) return likely;
    constexpr std::size_t few = 4;  // which a decision has just looked at
    if (batches_.size() <= few) {
        const auto at = std::ranges::find(batches_, ref.view(),
                                          [&](Index i) { return ledger_->batch(i).ref_view(); });
        return at == batches_.end() ? no_index : *at;
    }
    const Index at = ledger_->find_batch(ref.view());
    return at != no_index && ledger_->batch(at).product() == index_ ? at : no_index;
}

void Product::insert_by_rank(Index batch) {
    const auto rank = [&](Index at) { return ledger_->batch(at).rank(); };
    batches_.insert(std::ranges::upper_bound(batches_, rank(batch), {}, rank), batch);
    reopen(batch);
}

void Product::remove_from_ranks(Index batch) noexcept {
    reopen(batch);
    batches_.erase(std::ranges::find(batches_, batch));
}

void Product::pass_sold_out() noexcept {
    while (preferred() != no_index && ledger_->batch(preferred()).available() == 0) ++sold_out_;
}

/// The batch may have something available, or stand at another place, from now on.
void Product::reopen(Index batch) noexcept {
    const auto passed = sold_out();
    sold_out_ = static_cast<std::uint32_t>(std::ranges::find(passed, batch) - passed.begin());
}

/// Each returns false when the fact contradicts the state, and then has changed nothing.
struct Product::Applier {
    Product& product;
    Ledger& ledger;
    Lsn lsn;
    const Found& found;

    bool operator()(const BatchAdded& fact) const {
        if (ledger.find_batch(fact.batch.view()) != no_index) return false;
        product.insert_by_rank(
            ledger.add_batch(fact.batch, product.index_, Rank{fact.eta, lsn}, fact.purchased));
        return true;
    }
    bool operator()(const BatchQuantityChanged& fact) const {
        const Index at = product.own_batch(fact.batch);
        if (at == no_index) return false;
        const Batch& batch = ledger.batch(at);
        const std::int64_t allocated = batch.purchased() - batch.available();
        if (batch.purchased() != fact.from.units() || allocated > fact.to.units()) return false;
        ledger.set_purchased(at, fact.to);
        product.reopen(at);
        return true;
    }
    bool operator()(const BatchRescheduled& fact) const {
        const Index at = product.own_batch(fact.batch);
        if (at == no_index || ledger.batch(at).eta() != fact.from) return false;
        product.remove_from_ranks(at);
        ledger.reschedule(at, fact.to);
        product.insert_by_rank(at);
        return true;
    }
    bool operator()(const LineAllocated& fact) const {
        const auto& [order, sku, quantity] = fact.line;
        const bool known = found.batch != no_index;
        const Index at = known ? found.batch : product.own_batch(fact.batch);
        if (at == no_index || !ledger.batch(at).can_allocate(quantity)) return false;
        const OrderPlace place = known ? found.order : ledger.find_order(order);
        if (!known && ledger.find_line(place, product.index_, quantity) != no_index) return false;
        ledger.hold(order, place, at, quantity, lsn);
        product.pass_sold_out();
        return true;
    }
    bool operator()(const LineDeallocated& fact) const {
        const Index held = ledger.find_line(fact.line.order, product.index_, fact.line.quantity);
        if (held == no_index) return false;
        const AllocatedLine& line = ledger.line(held);
        if (line.allocated_at != fact.allocated_at ||
            ledger.batch(line.batch).ref_view() != fact.batch.view()) {
            return false;
        }
        product.reopen(line.batch);
        ledger.release(held);
        return true;
    }
    bool operator()(const OutOfStock& /*changes no stock*/) const { return true; }
};

/// Each undoes what the Applier of the same fact did.
struct Product::Reverter {
    Product& product;
    Ledger& ledger;

    void operator()(const BatchAdded& fact) const {
        const Index at = product.own_batch(fact.batch);
        product.remove_from_ranks(at);
        ledger.remove_batch(at);
    }
    void operator()(const BatchQuantityChanged& fact) const {
        const Index at = product.own_batch(fact.batch);
        ledger.set_purchased(at, fact.from);
        product.reopen(at);
    }
    void operator()(const BatchRescheduled& fact) const {
        const Index at = product.own_batch(fact.batch);
        product.remove_from_ranks(at);
        ledger.reschedule(at, fact.from);
        product.insert_by_rank(at);
    }
    void operator()(const LineAllocated& fact) const {
        const Index held = ledger.find_line(fact.line.order, product.index_, fact.line.quantity);
        product.reopen(ledger.line(held).batch);
        ledger.release(held);
    }
    void operator()(const LineDeallocated& fact) const {
        ledger.put_back(fact.line.order, product.own_batch(fact.batch), fact.line.quantity,
                        fact.allocated_at);
    }
    void operator()(const OutOfStock& /*changed no stock*/) const {}
};

namespace {
bool changes_stock(const Fact& fact) noexcept { return !std::holds_alternative<OutOfStock>(fact); }
}  // namespace

bool Product::apply(const Fact& fact, Lsn lsn, const Found& found) {
    BOOST_ASSERT(sku_of(fact).view() == sku_view());
    if (!std::visit(Applier{*this, *ledger_, lsn, found}, fact)) return false;
    if (changes_stock(fact)) ++version_;
    return true;
}

void Product::revert(const Fact& fact) {
    std::visit(Reverter{*this, *ledger_}, fact);
    if (changes_stock(fact)) --version_;
}

}  // namespace allot

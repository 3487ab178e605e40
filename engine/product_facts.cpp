// The effects of facts on a product, and their reversal.
#include <algorithm>
#include <boost/assert.hpp>
#include <utility>

#include "engine/product.hpp"

namespace allot {

Index Product::own_batch(BatchRefView ref) const {
    const Index likely = first_candidate();
    if (likely != no_index && ledger_->batch(likely).ref().view() == ref.view()) return likely;
    constexpr std::size_t few = 4;  // the batches that a decision has just read
    if (batches_.size() <= few) {
        const auto at = std::ranges::find(batches_, ref.view(),
                                          [&](Index i) { return ledger_->batch(i).ref().view(); });
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
    while (first_candidate() != no_index && ledger_->batch(first_candidate()).available() == 0)
        ++sold_out_;
}

/// Takes the batch and those after it out of sold_out(): it may have units available, or another
/// rank, from now on.
void Product::reopen(Index batch) noexcept {
    const auto passed = sold_out();
    const auto before = static_cast<std::size_t>(std::ranges::find(passed, batch) - passed.begin());
    sold_out_ = before & sold_out_max;
}

Index Product::find_shortage(std::uint64_t order_hash, const LineView& line) const {
    if (!has_shortages()) return no_index;
    return ledger_->shortages().find({order_hash, line.order.view()}, index_, line.quantity);
}

void Product::end_shortage(std::uint64_t order_hash, const LineView& line, Lsn by,
                           EndedShortages* ended) {
    const Index at = find_shortage(order_hash, line);
    if (at == no_index) return;
    ShortageIndex& index = ledger_->shortages();
    Shortage shortage = index.close(order_hash, at);
    has_shortages_ = index.has_any(index_) ? 1 : 0;
    if (ended != nullptr) ended->push_back({by, std::move(shortage)});
}

void Product::reopen_shortage(const LineView& line, Lsn ended_by, EndedShortages& ended) {
    if (ended.empty() || ended.back().by != ended_by) return;
    ledger_->shortages().open(ledger_->hash(line.order.view()), std::move(ended.back().shortage));
    ended.pop_back();
    has_shortages_ = 1;
}

bool Product::add_shortage(const LineView& line, Lsn since) {
    const std::uint64_t order_hash = ledger_->hash(line.order.view());
    return find_shortage(order_hash, line) == no_index && apply(OutOfStock{line}, since);
}

/// \pre the batch has enough available, and no batch of the product holds the line.
/// \return false, and nothing has changed, where a line of the batch has this seniority.
bool Product::book(const LineView& line, const Decision& decision, Lsn seniority, Lsn lsn,
                   EndedShortages* ended) {
    const auto position = ledger_->find_position(decision.batch, seniority);
    if (!position) return false;
    ledger_->add_line(line.order, decision.order, *position, line.quantity, seniority);
    pass_sold_out();
    if (has_shortages()) end_shortage(decision.order.hash, line, lsn, ended);
    return true;
}

void Product::take(const LineView& line, const Decision& decision, Lsn lsn) noexcept {
    [[maybe_unused]] const bool booked = book(line, decision, lsn, lsn, nullptr);
    BOOST_ASSERT(booked);  // the line is the latest of all
    ++version_;
    current_to_ = lsn;
}

/// Each overload returns false when the fact contradicts the state, and has changed nothing then.
struct Product::Applier {
    Product& product;
    Ledger& ledger;
    Lsn lsn;
    const Decision& decision;
    EndedShortages* ended;

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
        if (fact.since != 0 && fact.since >= lsn) return false;
        const Lsn seniority = fact.since != 0 ? fact.since : lsn;
        if (decision.batch != no_index) {
            return product.book(fact.line, decision, seniority, lsn, ended);
        }
        const Index at = product.own_batch(fact.batch);
        if (at == no_index || !ledger.batch(at).can_allocate(fact.line.quantity)) return false;
        const OrderSlot order = ledger.find_order(fact.line.order);
        if (ledger.find_line(order, product.index_, fact.line.quantity) != no_index) return false;
        return product.book(fact.line, {at, false, order}, seniority, lsn, ended);
    }
    bool operator()(const LineDeallocated& fact) const {
        const Index held = ledger.find_line(fact.line.order, product.index_, fact.line.quantity);
        if (held == no_index) return false;
        const AllocatedLine& line = ledger.line(held);
        if (line.allocated_at != fact.allocated_at ||
            ledger.batch(line.batch).ref().view() != fact.batch.view()) {
            return false;
        }
        product.reopen(line.batch);
        ledger.release(held);
        return true;
    }
    bool operator()(const OutOfStock& fact) const {
        const auto& [order, sku, quantity] = fact.line;
        const OrderSlot slot = ledger.find_order(order);
        if (ledger.find_line(slot, product.index_, quantity) != no_index) return false;
        if (product.find_shortage(slot.hash, fact.line) != no_index) return true;
        ledger.shortages().open(slot.hash,
                                {.order = CompactName{order.view()},
                                 .since = lsn,
                                 .quantity = static_cast<std::uint32_t>(quantity.units()),
                                 .product = product.index_});
        product.has_shortages_ = 1;
        return true;
    }
    bool operator()(const ShortageWithdrawn& fact) const {
        const std::uint64_t order_hash = ledger.hash(fact.line.order.view());
        if (product.find_shortage(order_hash, fact.line) == no_index) return false;
        product.end_shortage(order_hash, fact.line, lsn, ended);
        return true;
    }
};

/// Each overload reverts the effect of the Applier's overload for the same fact.
struct Product::Reverter {
    Product& product;
    Ledger& ledger;
    Lsn lsn;
    EndedShortages& ended;

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
        product.reopen_shortage(fact.line, lsn, ended);
    }
    void operator()(const LineDeallocated& fact) const {
        const OrderIdView order = fact.line.order;
        const Index batch = product.own_batch(fact.batch);
        const auto position = ledger.find_position(batch, fact.allocated_at);
        ledger.add_line(order, ledger.find_order(order), *position, fact.line.quantity,
                        fact.allocated_at);
    }
    void operator()(const OutOfStock& fact) const {
        const std::uint64_t order_hash = ledger.hash(fact.line.order.view());
        const Index open = product.find_shortage(order_hash, fact.line);
        if (ledger.shortages()[open].since == lsn)
            product.end_shortage(order_hash, fact.line, lsn, nullptr);
    }
    void operator()(const ShortageWithdrawn& fact) const {
        product.reopen_shortage(fact.line, lsn, ended);
    }
};

namespace {
bool changes_stock(const Fact& fact) noexcept {
    return !std::holds_alternative<OutOfStock>(fact) &&
           !std::holds_alternative<ShortageWithdrawn>(fact);
}
}  // namespace

bool Product::apply(const Fact& fact, Lsn lsn, const Decision& decision, EndedShortages* ended) {
    BOOST_ASSERT(sku_of(fact).view() == sku().view());
    if (!std::visit(Applier{*this, *ledger_, lsn, decision, ended}, fact)) return false;
    if (changes_stock(fact)) ++version_;
    return true;
}

void Product::revert(const Fact& fact, Lsn lsn, EndedShortages& ended) {
    std::visit(Reverter{*this, *ledger_, lsn, ended}, fact);
    if (changes_stock(fact)) --version_;
}

}  // namespace allot

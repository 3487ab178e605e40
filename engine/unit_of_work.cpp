#include "engine/unit_of_work.hpp"

#include <boost/assert.hpp>
#include <cstdlib>

namespace allot {

Product& UnitOfWork::find_or_add(SkuView sku) {
    if (Product* const known = repository_.find(sku)) return *known;
    Product& added = repository_.add(sku);
    ++products_added_;
    return added;
}

Result<void> UnitOfWork::expect(SkuView sku, Version version) {
    const Product* const product = repository_.find(sku);
    if (product == nullptr && version != 0) return Refusal::unknown_sku;
    if (product != nullptr && product->version() != version) return Refusal::version_conflict;
    return {};
}

void UnitOfWork::record(Product& product, const Fact& fact, const Decision& decision) noexcept {
    Fact& kept = facts_.emplace_back(fact);
    move_names(kept, static_cast<char*>(names_.allocate(name_bytes(fact), 1)));
    products_.push_back(&product);
    if (!product.apply(kept, last(), decision, &ended_)) {
        // A decision contradicts the state it was made from. The journal is right and this process
        // is wrong, so it must not write to the journal.
        BOOST_ASSERT_MSG(false, "a fact contradicts the state it was decided from");
        std::abort();
    }
}

void UnitOfWork::roll_back_to(Savepoint savepoint) noexcept {
    while (facts_.size() > savepoint.facts) {
        products_.back()->revert(facts_.back(), last(), ended_);
        facts_.pop_back();
        products_.pop_back();
    }
    if (facts_.empty()) names_.release();
    for (; products_added_ > savepoint.products_added; --products_added_) {
        repository_.remove_last();
    }
}

/// Records the shortage of the line that was noted last. It records nothing when the line is
/// already short, when its new SKU was removed again, or when the line is allocated after all,
/// because its release has been reverted.
void UnitOfWork::record_shortage() {
    if (!short_line_) return;
    Product* const product = find(short_line_->sku);
    if (product == nullptr) return;
    const OrderSlot order = repository_.ledger().find_order(short_line_->order);
    if (!product->holds(*short_line_, order))
        product->record_shortage(*short_line_, order.hash, *this);
}

Lsn UnitOfWork::commit(UnixMicros now) {
    if (facts_.empty()) {
        rollback();  // removes a product that was added for a refused command
        return journal_.last();
    }
    const Lsn last = journal_.append(facts(), now);
    for (Product* const product : products_) product->set_current_to(last);
    facts_.clear();
    names_.release();
    products_.clear();
    ended_.clear();
    products_added_ = 0;
    short_line_.reset();
    return last;
}

}  // namespace allot

#include "engine/unit_of_work.hpp"

#include <boost/assert.hpp>
#include <cstdlib>

namespace allot {

Product& UnitOfWork::find_or_add(const Sku& sku) {
    if (Product* const known = repository_.find(sku)) return *known;
    Product& added = repository_.add(sku);
    ++products_added_;
    return added;
}

Result<void> UnitOfWork::expect(const Sku& sku, Version version) {
    const Product* const product = repository_.find(sku);
    if (product == nullptr) return Refusal::unknown_sku;
    if (product->version() != version) return Refusal::version_conflict;
    return {};
}

void UnitOfWork::record(Product& product, const Fact& fact, const Found& found) noexcept {
    facts_.push_back(fact);
    products_.push_back(&product);
    if (!product.apply(fact, journal_.last() + facts_.size(), found, &ended_)) {
        // A decision contradicts the state it was made from. The journal is right; this process is
        // not, and must not write to it.
        BOOST_ASSERT_MSG(false, "a fact contradicts the state it was decided from");
        std::abort();
    }
}

void UnitOfWork::rollback() noexcept {
    while (!facts_.empty()) {
        products_.back()->revert(facts_.back(), journal_.last() + facts_.size(), ended_);
        facts_.pop_back();
        products_.pop_back();
    }
    for (; products_added_ > 0; --products_added_) repository_.remove_last();
}

void UnitOfWork::record_shortage() {
    if (!short_line_) return;
    if (Product* const product = find(short_line_->sku)) product->refuse(*short_line_, *this);
}

Lsn UnitOfWork::commit(UnixMicros now) {
    if (facts_.empty()) {
        rollback();  // a product that was added for nothing
        return journal_.last();
    }
    const Lsn last = journal_.append(facts(), now);
    for (Product* const product : products_) product->set_current_to(last);
    facts_.clear();
    products_.clear();
    ended_.clear();
    products_added_ = 0;
    short_line_.reset();
    return last;
}

}  // namespace allot

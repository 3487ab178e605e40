#include "storage/memory_repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/prefetch.hpp"

namespace allot {

void MemoryRepository::settle(Product& product, Lsn last) noexcept {
    product.set_current_to(last);
    if (product.index() != near_) return;
    const Index batch = product.preferred();
    traces_[near_] = {batch, batch == no_index ? no_index : ledger_.latest_line(batch)};
}

void MemoryRepository::look_ahead(std::span<const LineNames> lines, std::span<Product*> products) {
    BOOST_ASSERT(lines.size() <= lookahead_max && products.size() == lines.size());
    near_ = no_index;
    if (lines.size() == 1) {
        products.front() = look_ahead(lines.front());
    } else {
        look_far_ahead(lines, products);
    }
}

/// A trace is small, and often near where the product is far: what it leads to comes at the same
/// time as the product. (Many lines are found side by side without it; it would only be one more
/// place to touch.)
Product* MemoryRepository::look_ahead(const LineNames& line) {
    const std::uint64_t sku = ledger_.hash(line.sku);
    index_.prefetch(sku);
    ledger_.prefetch_order_slot(ledger_.hash(line.order));
    const Index likely = index_.likely(sku);
    if (likely == no_index) return nullptr;
    prefetch(products_[likely]);
    near_ = likely;
    const Trace& trace = traces_[likely];
    if (trace.batch != no_index) ledger_.prefetch_batch(trace.batch);
    ledger_.prefetch_line(trace.line);
    return named(line.sku, sku, likely);
}

// One pass a step of the way that a decision takes: what a pass asks for has come, or is under way
// for all lines alike, when the next pass reads it.
void MemoryRepository::look_far_ahead(std::span<const LineNames> lines,
                                      std::span<Product*> products) {
    struct Look {
        std::uint64_t order;
        std::uint64_t sku;
        Index likely;
    };
    std::array<Look, lookahead_max> looks;
    const std::span seen{looks.data(), lines.size()};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        looks[i].order = ledger_.hash(lines[i].order);
        looks[i].sku = ledger_.hash(lines[i].sku);
        index_.prefetch(looks[i].sku);
        ledger_.prefetch_order_slot(looks[i].order);
    }
    for (Look& look : seen) {
        look.likely = index_.likely(look.sku);
        if (look.likely != no_index) prefetch(products_[look.likely]);
    }
    for (const Look& look : seen) ledger_.prefetch_order(look.order);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        products[i] = named(lines[i].sku, looks[i].sku, looks[i].likely);
        if (products[i] == nullptr) continue;
        const Index batch = products[i]->preferred();
        if (batch != no_index) ledger_.prefetch_batch(batch);
    }
    for (const Product* const product : products) {
        if (product == nullptr) continue;
        const Index batch = product->preferred();
        if (batch != no_index) ledger_.prefetch_latest_line(batch);
    }
}

}  // namespace allot

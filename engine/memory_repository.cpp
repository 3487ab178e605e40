#include "engine/memory_repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/containers/prefetch.hpp"

namespace allot {

void MemoryRepository::keep_traces() noexcept {
    for (Slot* const slot : std::span{seen_}.first(seen_count_)) {
        const Index batch = products_[slot->index].preferred();
        slot->hint = {batch, batch == no_index ? no_index : ledger_.latest_line(batch)};
    }
    seen_count_ = 0;
}

Product* MemoryRepository::see(Slot* slot) noexcept {
    if (slot == nullptr) return nullptr;
    seen_[seen_count_++] = slot;
    Product& product = products_[slot->index];
    if (slot->hint.batch == no_index && product.preferred() != no_index) {
        ledger_.prefetch_batch(product.preferred());
    }
    return &product;
}

void MemoryRepository::look_ahead(std::span<const LineNames> lines, std::span<Product*> products) {
    BOOST_ASSERT(lines.size() <= lookahead_max && products.size() == lines.size());
    keep_traces();
    if (lines.size() == 1) {
        products.front() = look_ahead(lines.front());
    } else {
        look_far_ahead(lines, products);
    }
}

void MemoryRepository::prefetch_by(const Slot& slot) const noexcept {
    prefetch(products_[slot.index]);
    if (slot.hint.batch != no_index) ledger_.prefetch_batch(slot.hint.batch);
    ledger_.prefetch_line(slot.hint.line);
}

Product* MemoryRepository::look_ahead(const LineNames& line) {
    const std::uint64_t sku = ledger_.hash(line.sku);
    index_.prefetch(sku);
    ledger_.prefetch_order_slot(ledger_.hash(line.order));
    Slot* const likely = index_.likely_slot(sku);
    if (likely == nullptr) return nullptr;
    prefetch_by(*likely);
    return see(named(line.sku, sku, likely));
}

// One pass a step of the way that a decision takes: what a pass asks for has come, or is under way
// for all lines alike, when the next pass reads it.
void MemoryRepository::look_far_ahead(std::span<const LineNames> lines,
                                      std::span<Product*> products) {
    struct Look {
        std::uint64_t order;
        std::uint64_t sku;
        Slot* likely;
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
        look.likely = index_.likely_slot(look.sku);
        if (look.likely != nullptr) prefetch_by(*look.likely);
    }
    for (const Look& look : seen) ledger_.prefetch_order(look.order);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        products[i] = see(named(lines[i].sku, looks[i].sku, looks[i].likely));
    }
}

}  // namespace allot

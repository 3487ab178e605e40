#include "engine/memory_repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/containers/prefetch.hpp"

namespace allot {

void MemoryRepository::store_hints() noexcept {
    for (Slot* const slot : std::span{touched_}.first(touched_count_)) {
        const Index batch = products_[slot->index].preferred();
        slot->hint = {batch, batch == no_index ? no_index : ledger_.latest_line(batch)};
    }
    touched_count_ = 0;
}

Product* MemoryRepository::touch(Slot* slot) noexcept {
    if (slot == nullptr) return nullptr;
    touched_[touched_count_++] = slot;
    Product& product = products_[slot->index];
    if (slot->hint.batch == no_index && product.preferred() != no_index) {
        ledger_.prefetch_batch(product.preferred());
    }
    return &product;
}

void MemoryRepository::prefetch_lines(std::span<const LineNames> lines,
                                      std::span<Product*> products) {
    BOOST_ASSERT(lines.size() <= prefetch_lines_max && products.size() == lines.size());
    store_hints();
    if (lines.size() == 1) {
        products.front() = prefetch_line(lines.front());
    } else {
        prefetch_window(lines, products);
    }
}

void MemoryRepository::prefetch_by(const Slot& slot) const noexcept {
    prefetch(products_[slot.index]);
    if (slot.hint.batch != no_index) ledger_.prefetch_batch(slot.hint.batch);
    ledger_.prefetch_line(slot.hint.line);
}

Product* MemoryRepository::prefetch_line(const LineNames& line) {
    const std::uint64_t sku = ledger_.hash(line.sku);
    index_.prefetch(sku);
    ledger_.prefetch_order_slot(ledger_.hash(line.order));
    Slot* const likely = index_.likely_slot(sku);
    if (likely == nullptr) return nullptr;
    prefetch_by(*likely);
    return touch(named(line.sku, sku, likely));
}

// One pass for each step of a decision: what a pass prefetches has arrived, or is under way for all
// lines, when the next pass reads it.
void MemoryRepository::prefetch_window(std::span<const LineNames> lines,
                                       std::span<Product*> products) {
    struct Look {
        std::uint64_t order;
        std::uint64_t sku;
        Slot* likely;
    };
    std::array<Look, prefetch_lines_max> looks;
    const std::span window{looks.data(), lines.size()};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        looks[i].order = ledger_.hash(lines[i].order);
        looks[i].sku = ledger_.hash(lines[i].sku);
        index_.prefetch(looks[i].sku);
        ledger_.prefetch_order_slot(looks[i].order);
    }
    for (Look& look : window) {
        look.likely = index_.likely_slot(look.sku);
        if (look.likely != nullptr) prefetch_by(*look.likely);
    }
    for (const Look& look : window) ledger_.prefetch_order(look.order);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        products[i] = touch(named(lines[i].sku, looks[i].sku, looks[i].likely));
    }
}

}  // namespace allot

#include "engine/repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/containers/prefetch.hpp"

namespace allot {

Product& Repository::add(const Sku& sku) {
    const auto at = static_cast<Index>(products_.size());
    products_.insert(sku, at, ledger_);
    store_hints();  // slots may move
    index_.insert(ledger_.hash(sku.view()), at);
    return products_[at];
}

void Repository::remove_last() {
    const auto at = static_cast<Index>(products_.size() - 1);
    touched_count_ = 0;  // the removed product may be among them
    index_.erase(ledger_.hash(products_[at].sku_view()), at);
    products_.erase(at);
}

void Repository::store_hints() noexcept {
    for (Slot* const slot : std::span{touched_}.first(touched_count_)) {
        const Index batch = products_[slot->index].first_candidate();
        slot->hint = {batch, batch == no_index ? no_index : ledger_.latest_line(batch)};
    }
    touched_count_ = 0;
}

Product* Repository::touch(Slot* slot) noexcept {
    if (slot == nullptr) return nullptr;
    touched_[touched_count_++] = slot;
    Product& product = products_[slot->index];
    if (slot->hint.batch == no_index && product.first_candidate() != no_index) {
        ledger_.prefetch_batch(product.first_candidate());
    }
    return &product;
}

void Repository::prefetch_lines(std::span<const LineNames> lines, std::span<Product*> products) {
    BOOST_ASSERT(lines.size() <= prefetch_lines_max && products.size() == lines.size());
    store_hints();
    if (lines.size() == 1) {
        products.front() = prefetch_line(lines.front());
    } else {
        prefetch_window(lines, products);
    }
}

void Repository::prefetch_by(const Slot& slot) const noexcept {
    prefetch(products_[slot.index]);
    if (slot.hint.batch != no_index) ledger_.prefetch_batch(slot.hint.batch);
    ledger_.prefetch_line(slot.hint.line);
}

Product* Repository::prefetch_line(const LineNames& line) {
    const std::uint64_t sku = ledger_.hash(line.sku);
    index_.prefetch(sku);
    ledger_.prefetch_order_slot(ledger_.hash(line.order));
    Slot* const likely = index_.likely_slot(sku);
    if (likely == nullptr) return nullptr;
    prefetch_by(*likely);
    return touch(named(line.sku, sku, likely));
}

// One pass for each step of a decision: the memory that a pass prefetches has arrived, or is being
// loaded for all lines, when the next pass reads it.
void Repository::prefetch_window(std::span<const LineNames> lines, std::span<Product*> products) {
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

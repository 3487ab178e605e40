#include "engine/repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/containers/prefetch.hpp"

namespace allot {

Product& Repository::add(SkuView sku) {
    const auto at = static_cast<Index>(products_.size());
    products_.insert(sku, at, ledger_);
    index_.insert(ledger_.hash(sku.view()), at);
    return products_[at];
}

void Repository::remove_last() {
    const auto at = static_cast<Index>(products_.size() - 1);
    index_.erase(ledger_.hash(products_[at].sku().view()), at);
    products_.erase(at);
}

// There is one pass for each step of a decision: the records that a pass prefetches have arrived,
// or are under way for all lines, when the next pass reads them.
void Repository::look_up(std::span<const LineNames> lines, std::span<LineLookup> found) {
    BOOST_ASSERT(lines.size() <= lookups_max && found.size() == lines.size());
    std::array<std::uint64_t, lookups_max> skus;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        skus[i] = ledger_.hash(lines[i].sku);
        found[i] = {.order_hash = ledger_.hash(lines[i].order)};
        index_.prefetch(skus[i]);
        ledger_.prefetch_order_slot(found[i].order_hash);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Slot* const likely = found[i].slot = index_.likely_slot(skus[i]);
        if (likely->empty()) continue;
        prefetch(products_[likely->index]);
        if (likely->hint.batch != no_index) ledger_.prefetch_batch(likely->hint.batch);
        ledger_.prefetch_line(likely->hint.line);
    }
    for (const LineLookup& each : found) ledger_.prefetch_order(each.order_hash);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        Slot*& its = found[i].slot;
        if (!its->empty() && !is(its->index, lines[i].sku)) its = slot(lines[i].sku, skus[i]);
        if (its->empty()) continue;
        found[i].product = &products_[its->index];
        if (its->hint.batch != no_index) continue;
        const Index candidate = found[i].product->first_candidate();
        if (candidate != no_index) ledger_.prefetch_batch(candidate);
    }
}

}  // namespace allot

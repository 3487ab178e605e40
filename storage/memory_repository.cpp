#include "storage/memory_repository.hpp"

#include <array>
#include <boost/assert.hpp>

#include "engine/prefetch.hpp"

namespace allot {

// One pass a step of the way that a decision takes: what a pass asks for has come, or is under way
// for all lines alike, when the next pass reads it.
void MemoryRepository::prefetch(std::span<const LineNames> lines) const noexcept {
    BOOST_ASSERT(lines.size() <= lookahead_max);
    struct Look {
        std::uint64_t order;
        std::uint64_t sku;
        const Product* product;
        Index batch;
    };
    std::array<Look, lookahead_max> looks;
    std::size_t count = 0;
    for (const LineNames& line : lines) {
        Look& look = looks[count++];
        look = {ledger_.hash(line.order), ledger_.hash(line.sku), nullptr, no_index};
        index_.prefetch(look.sku);
        ledger_.prefetch_order_slot(look.order);
    }
    const std::span seen{looks.data(), count};
    for (Look& look : seen) {
        const Index likely = index_.likely(look.sku);
        if (likely == no_index) continue;
        look.product = &products_[likely];
        allot::prefetch(*look.product);
    }
    for (const Look& look : seen) ledger_.prefetch_order(look.order);
    for (Look& look : seen) {
        if (look.product == nullptr || look.product->batches().empty()) continue;
        look.batch = look.product->batches().front();
        ledger_.prefetch_batch(look.batch);
    }
    for (const Look& look : seen) {
        if (look.batch != no_index) ledger_.prefetch_latest_line(look.batch);
    }
}

}  // namespace allot

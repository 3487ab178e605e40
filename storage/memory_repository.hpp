#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "engine/ports.hpp"

namespace allot {

/// The products of a store, in memory.
class MemoryRepository final : public Repository {
public:
    /// \param hash_seed see Ledger.
    explicit MemoryRepository(std::uint64_t hash_seed) : ledger_{hash_seed} {}

    Product* find(const Sku& sku) override {
        const Index at = index_.find(ledger_.hash(sku.view()), [&](Index i) {
            return products_[i].sku_view() == sku.view();
        });
        return at == no_index ? nullptr : &products_[at];
    }

    Product& add(const Sku& sku) override {
        const auto at = static_cast<Index>(products_.size());
        products_.insert(sku, at, ledger_);
        index_.insert(ledger_.hash(sku.view()), at);
        return products_[at];
    }

    void remove_last() override {
        const auto at = static_cast<Index>(products_.size() - 1);
        index_.erase(ledger_.hash(products_[at].sku_view()), at);
        products_.erase(at);
    }

    [[nodiscard]] std::size_t size() const noexcept override { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept override { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept override { return ledger_; }
    void prefetch(const OrderLine& line, int depth) const noexcept override {
        const std::uint64_t hash = ledger_.hash(line.sku.view());
        if (depth == 0) {
            index_.prefetch(hash);
            ledger_.prefetch_order(line.order);
            return;
        }
        // The first with this hash: almost surely it, and no harm if it is not.
        const Index likely = index_.find(hash, [](Index) { return true; });
        if (likely == no_index) return;
        const Product& product = products_[likely];
        if (depth == 1) {
            __builtin_prefetch(&product);
            __builtin_prefetch(reinterpret_cast<const std::byte*>(&product) + sizeof product - 1);
        } else if (!product.batches().empty()) {
            ledger_.prefetch_batch(product.batches().front());
        }
    }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    Ledger ledger_;
    Pool<Product> products_;
    FlatIndex index_;
};

}  // namespace allot

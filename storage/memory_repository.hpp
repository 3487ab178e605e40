#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "engine/ports.hpp"

namespace allot {

/// The products of a store, in memory.
class MemoryRepository final : public Repository {
public:
    /// \param hash_seed, memory see Ledger.
    explicit MemoryRepository(std::uint64_t hash_seed,
                              std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
        : ledger_{hash_seed, memory}, products_{memory}, index_{memory} {}

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
    void prefetch(std::span<const LineNames> lines) const noexcept override;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    Ledger ledger_;
    Pool<Product> products_;
    FlatIndex index_;
};

}  // namespace allot

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
        : ledger_{hash_seed, memory}, products_{memory}, traces_{memory}, index_{memory} {}

    Product* find(const Sku& sku) override { return find(sku.view(), ledger_.hash(sku.view())); }

    Product& add(const Sku& sku) override {
        const auto at = static_cast<Index>(products_.size());
        products_.insert(sku, at, ledger_);
        traces_.insert();
        index_.insert(ledger_.hash(sku.view()), at);
        return products_[at];
    }

    void remove_last() override {
        const auto at = static_cast<Index>(products_.size() - 1);
        index_.erase(ledger_.hash(products_[at].sku_view()), at);
        products_.erase(at);
        traces_.erase(at);
    }

    [[nodiscard]] std::size_t size() const noexcept override { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept override { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept override { return ledger_; }
    void settle(Product& product, Lsn last) noexcept override;
    void look_ahead(std::span<const LineNames> lines, std::span<Product*> products) override;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + traces_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    /// Where the last line that was looked for by itself left its product: most likely where the
    /// next one goes.
    struct Trace {
        Index batch = no_index;
        Index line = no_index;
    };

    [[nodiscard]] Product* find(std::string_view sku, std::uint64_t hash) {
        const Index at = index_.find(hash, [&](Index i) { return products_[i].sku_view() == sku; });
        return at == no_index ? nullptr : &products_[at];
    }
    /// \param likely of the hash: nearly always it.
    [[nodiscard]] Product* named(std::string_view sku, std::uint64_t hash, Index likely) {
        if (likely == no_index) return nullptr;
        return products_[likely].sku_view() == sku ? &products_[likely] : find(sku, hash);
    }
    [[nodiscard]] Product* look_ahead(const LineNames& line);
    void look_far_ahead(std::span<const LineNames> lines, std::span<Product*> products);

    Ledger ledger_;
    Pool<Product> products_;
    Pool<Trace> traces_;     // of each product, at its place
    Index near_ = no_index;  // whose trace was looked at last, and is worth keeping
    FlatIndex index_;
};

}  // namespace allot

#pragma once

#include <array>
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
        keep_traces();
        return found(slot(sku.view(), ledger_.hash(sku.view())));
    }

    Product& add(const Sku& sku) override {
        const auto at = static_cast<Index>(products_.size());
        products_.insert(sku, at, ledger_);
        keep_traces();  // slots move
        index_.insert(ledger_.hash(sku.view()), at);
        return products_[at];
    }

    void remove_last() override {
        const auto at = static_cast<Index>(products_.size() - 1);
        found_count_ = 0;
        index_.erase(ledger_.hash(products_[at].sku_view()), at);
        products_.erase(at);
    }

    [[nodiscard]] std::size_t size() const noexcept override { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept override { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept override { return ledger_; }
    void look_ahead(std::span<const LineNames> lines, std::span<Product*> products) override;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    /// Where whoever looked for a product left it: most likely where its next line goes. It stands
    /// in the SKU's slot, so that the batch and its latest line come at the same time as the
    /// product, which alone is certain to know.
    struct Trace {
        Index batch = no_index;
        Index line = no_index;
    };
    using Slot = FlatIndex<Trace>::Slot;

    [[nodiscard]] Slot* slot(std::string_view sku, std::uint64_t hash) {
        return index_.slot(hash, [&](Index i) { return products_[i].sku_view() == sku; });
    }
    /// \param likely of the hash: nearly always it.
    [[nodiscard]] Slot* named(std::string_view sku, std::uint64_t hash, Slot* likely) {
        if (likely == nullptr || products_[likely->index].sku_view() == sku) return likely;
        return slot(sku, hash);
    }
    [[nodiscard]] Product* found(Slot* slot) noexcept {
        if (slot == nullptr) return nullptr;
        found_[found_count_++] = slot;
        return &products_[slot->index];
    }
    /// Keeps the traces of the products that were looked for last.
    void keep_traces() noexcept;
    void prefetch_by(const Slot& slot) const noexcept;
    [[nodiscard]] Product* look_ahead(const LineNames& line);
    void look_far_ahead(std::span<const LineNames> lines, std::span<Product*> products);

    Ledger ledger_;
    Pool<Product> products_;
    FlatIndex<Trace> index_;
    std::array<Slot*, lookahead_max> found_{};  // whose traces are still to be kept
    std::size_t found_count_ = 0;
};

}  // namespace allot

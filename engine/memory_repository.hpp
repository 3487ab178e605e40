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
        const Slot* const known = slot(sku.view(), ledger_.hash(sku.view()));
        return known == nullptr ? nullptr : &products_[known->index];
    }

    Product& add(const Sku& sku) override {
        const auto at = static_cast<Index>(products_.size());
        products_.insert(sku, at, ledger_);
        store_hints();  // slots may move
        index_.insert(ledger_.hash(sku.view()), at);
        return products_[at];
    }

    void remove_last() override {
        const auto at = static_cast<Index>(products_.size() - 1);
        touched_count_ = 0;  // the removed product may be among them
        index_.erase(ledger_.hash(products_[at].sku_view()), at);
        products_.erase(at);
    }

    [[nodiscard]] std::size_t size() const noexcept override { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept override { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept override { return ledger_; }
    void prefetch_lines(std::span<const LineNames> lines, std::span<Product*> products) override;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    /// The batch and line on which the last prefetched line of a product was booked: most likely
    /// where the next one is. The hint is stored in the SKU's slot of the index, so that the batch
    /// and its latest line can be prefetched at the same time as the product, which alone has the
    /// exact answer.
    struct Hint {
        Index batch = no_index;
        Index line = no_index;
    };
    using Slot = FlatIndex<Hint>::Slot;

    [[nodiscard]] Slot* slot(std::string_view sku, std::uint64_t hash) {
        return index_.slot(hash, [&](Index i) { return products_[i].sku_view() == sku; });
    }
    /// \param likely of the hash: nearly always it.
    [[nodiscard]] Slot* named(std::string_view sku, std::uint64_t hash, Slot* likely) {
        if (likely == nullptr || products_[likely->index].sku_view() == sku) return likely;
        return slot(sku, hash);
    }
    [[nodiscard]] Product* touch(Slot* slot) noexcept;
    /// Stores the hints of the products that were touched last, once their lines have been decided.
    void store_hints() noexcept;
    void prefetch_by(const Slot& slot) const noexcept;
    [[nodiscard]] Product* prefetch_line(const LineNames& line);
    void prefetch_window(std::span<const LineNames> lines, std::span<Product*> products);

    Ledger ledger_;
    Pool<Product> products_;
    FlatIndex<Hint> index_;
    std::array<Slot*, prefetch_lines_max> touched_{};  // whose hints are to be stored
    std::size_t touched_count_ = 0;
};

}  // namespace allot

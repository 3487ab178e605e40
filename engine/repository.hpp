#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>

#include "engine/containers/flat_index.hpp"
#include "engine/containers/pool.hpp"
#include "engine/ledger.hpp"
#include "engine/product.hpp"

namespace allot {

/// The names by which an order line is looked up.
struct LineNames {
    std::string_view order;
    std::string_view sku;
};

/// All products of a store, in memory. A product exists from its first batch on, and is never
/// removed.
class Repository {
public:
    static constexpr std::size_t prefetch_lines_max = 16;

    /// \param hash_seed, memory see Ledger.
    explicit Repository(std::uint64_t hash_seed,
                        std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
        : ledger_{hash_seed, memory}, products_{memory}, index_{memory} {}

    /// \return null when no batch of the SKU was ever added.
    [[nodiscard]] Product* find(const Sku& sku) {
        const Slot* const known = slot(sku.view(), ledger_.hash(sku.view()));
        return known == nullptr ? nullptr : &products_[known->index];
    }
    /// Adds a product without batches. \pre find(sku) is null.
    Product& add(const Sku& sku);
    /// Takes back the last add(). \pre the product has no batches.
    void remove_last();

    /// Products are numbered from 0 in the order in which they were added.
    [[nodiscard]] std::size_t size() const noexcept { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
    /// \return the batch's index in the ledger, or no_index.
    [[nodiscard]] Index find_batch(const BatchRef& ref) const {
        return ledger_.find_batch(ref.view());
    }

    /// Finds the products of a few lines, null where there is none, and prefetches the memory that
    /// decisions on the lines will read, for all lines at once: without it each decision waits for
    /// one cache miss after the other.
    /// \pre at most prefetch_lines_max lines; both spans are of one size.
    void prefetch_lines(std::span<const LineNames> lines, std::span<Product*> products);

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    /// The batch that took the last prefetched line of a product, and that line: most likely the
    /// next line goes there, too. The hint is stored in the SKU's slot of the index, so that the
    /// batch and its latest line can be prefetched together with the product, which alone has the
    /// exact answer.
    struct Hint {
        Index batch = no_index;
        Index line = no_index;
    };
    using Slot = FlatIndex<Hint>::Slot;

    [[nodiscard]] Slot* slot(std::string_view sku, std::uint64_t hash) {
        return index_.slot(hash, [&](Index i) { return products_[i].sku_view() == sku; });
    }
    /// \param likely the first slot with this hash: nearly always the result.
    [[nodiscard]] Slot* named(std::string_view sku, std::uint64_t hash, Slot* likely) {
        if (likely == nullptr || products_[likely->index].sku_view() == sku) return likely;
        return slot(sku, hash);
    }
    [[nodiscard]] Product* touch(Slot* slot) noexcept;
    /// Stores the hints of the products that were touched last, after their lines were decided.
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

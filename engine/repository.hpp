#pragma once

#include <algorithm>
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

[[nodiscard]] inline LineNames names_of(const LineView& line) noexcept {
    return {line.order.view(), line.sku.view()};
}

/// The batch and line on which a product's last line was booked: the next line is most likely
/// there. The hint is stored in the SKU's slot of the index, so that the batch and its latest line
/// can be prefetched at the same time as the product, which alone has the exact answer.
struct ProductHint {
    Index batch = no_index;
    Index line = no_index;
};

/// The result of looking up a line's names, for the decision on the line.
struct LineLookup {
    Product* product = nullptr;  ///< null: no batch of the SKU was ever added
    std::uint64_t order_hash = 0;
    /// The hint of the SKU, valid until a product is added or taken back.
    FlatIndex<ProductHint>::Slot* slot = nullptr;
};

/// All products of a store, in memory. A product exists from its first batch on, and is never
/// removed.
class Repository {
public:
    static constexpr std::size_t lookups_max = 16;

    /// \param hash_seed, memory see Ledger.
    explicit Repository(std::uint64_t hash_seed,
                        std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
        : ledger_{hash_seed, memory}, products_{memory}, index_{memory} {}

    /// \return null when no batch of the SKU was ever added.
    [[nodiscard]] Product* find(SkuView sku) {
        const Slot* const known = slot(sku.view(), ledger_.hash(sku.view()));
        return known->empty() ? nullptr : &products_[known->index];
    }
    /// Adds a product without batches. \pre find(sku) is null.
    Product& add(SkuView sku);
    /// Takes back the last add(). \pre the product has no batches.
    void remove_last();

    /// Products are numbered from 0 in the order in which they were added.
    [[nodiscard]] std::size_t size() const noexcept { return products_.size(); }
    [[nodiscard]] Product& at(Index product) noexcept { return products_[product]; }
    [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }
    /// \return the batch's index in the ledger, or no_index.
    [[nodiscard]] Index find_batch(BatchRefView ref) const {
        return ledger_.find_batch(ref.view());
    }

    /// Looks a few lines up, and prefetches the memory that decisions on them will read, for all
    /// lines at once: without it each decision waits for one cache miss after the other.
    /// \pre at most lookups_max lines; both spans are of one size.
    void look_up(std::span<const LineNames> lines, std::span<LineLookup> found);
    [[nodiscard]] LineLookup look_up(const LineNames& line) {
        LineLookup found;
        look_up({&line, 1}, {&found, 1});
        return found;
    }
    /// Stores the likely batch of the product's next line, for the next look_up().
    /// \pre no product was added or taken back since this one was found.
    void store_hint(const LineLookup& found) noexcept {
        const Index batch = found.product->first_candidate();
        found.slot->hint = {batch, batch == no_index ? no_index : ledger_.latest_line(batch)};
    }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return products_.bytes() + index_.bytes() + ledger_.bytes();
    }

private:
    using Slot = FlatIndex<ProductHint>::Slot;

    [[nodiscard]] bool is(Index product, std::string_view sku) const noexcept {
        return std::ranges::equal(products_[product].sku().view(), sku);
    }
    [[nodiscard]] Slot* slot(std::string_view sku, std::uint64_t hash) {
        return index_.slot(hash, [&](Index i) { return is(i, sku); });
    }

    Ledger ledger_;
    Pool<Product> products_;
    FlatIndex<ProductHint> index_;
};

}  // namespace allot

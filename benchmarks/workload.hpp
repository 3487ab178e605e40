#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "storage/store.hpp"

namespace allot::bench {

inline constexpr std::size_t batches_a_sku = 3;
/// The units of a batch: more than any run allocates, so no line is refused.
inline constexpr std::int64_t units_a_batch = 1'000'000;
inline constexpr std::size_t name_bytes = 16;

/// A name of 16 bytes: `prefix`, then `number` in decimal, filled up with zeros.
class NumberedName {
public:
    NumberedName(std::string_view prefix, std::uint64_t number) noexcept {
        bytes_.fill('0');
        prefix.copy(bytes_.data(), prefix.size());
        for (std::size_t at = name_bytes; number > 0; number /= 10) {
            bytes_[--at] = static_cast<char>('0' + number % 10);
        }
    }
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), name_bytes}; }

private:
    std::array<char, name_bytes> bytes_;
};

inline NumberedName sku_name(std::uint64_t sku) { return {"SKU-", sku}; }
inline NumberedName order_name(std::uint64_t order) { return {"order-", order}; }
/// \param rank among the batches of its SKU, in order of preference.
inline NumberedName batch_name(std::uint64_t sku, std::uint64_t rank) {
    return {"batch-", sku * batches_a_sku + rank};
}

/// The text of an order line, as an application has it at first. The quantity is 1.
struct LineText {
    NumberedName order;
    NumberedName sku;
};

enum class OrderIds : std::uint8_t {
    ascending,  ///< a tree adds them at its end
    scattered,  ///< spread over all numbers of ten digits
};

inline NumberedName order_name(std::uint64_t order, OrderIds ids) {
    // Prime to 10, so that orders below 10^10 stay distinct.
    constexpr std::uint64_t orders_max = 10'000'000'000;
    constexpr std::uint64_t factor = 1'234'567'891;
    return order_name(ids == OrderIds::ascending ? order : order * factor % orders_max);
}

/// Returns `count` lines, each of an order of its own, from number `first` on; SKUs uniformly at
/// random. Equal arguments give equal lines.
inline std::vector<LineText> random_lines(std::uint64_t first, std::size_t count, std::size_t skus,
                                          OrderIds ids = OrderIds::scattered) {
    std::mt19937_64 random{first};
    std::uniform_int_distribution<std::uint64_t> any_sku{0, skus - 1};
    std::vector<LineText> lines;
    lines.reserve(count);
    for (std::uint64_t order = first; order < first + count; ++order) {
        lines.push_back({order_name(order, ids), sku_name(any_sku(random))});
    }
    return lines;
}

/// Returns a line of an order of its own for each SKU, from order number `first` on.
inline std::vector<LineText> lines_of(std::uint64_t first, std::span<const std::uint32_t> skus,
                                      OrderIds ids = OrderIds::scattered) {
    std::vector<LineText> lines;
    lines.reserve(skus.size());
    for (const std::uint32_t sku : skus) lines.push_back({order_name(first++, ids), sku_name(sku)});
    return lines;
}

/// Converts a line from text, with the checks of an embedding program.
inline LineView checked(const LineText& line) {
    return {OrderIdView::of(line.order.view()).value(), SkuView::of(line.sku.view()).value(),
            Quantity::of(1).value()};
}

/// The ETA of a SKU's batch by its index: the first is in the warehouse, the others arrive on
/// different days.
inline Eta batch_eta(std::size_t rank) {
    if (rank == 0) return Eta::warehouse();
    return Eta::of_days(22'000 + 30 * static_cast<std::int32_t>(rank)).value();
}

/// Adds so many batches for every SKU, in few large units of work.
/// \param store a Store, or a type with the same transact().
template <class Store>
void add_stock(Store& store, std::size_t skus, std::size_t batches = batches_a_sku) {
    constexpr std::size_t batches_a_unit = 1024;
    const std::size_t all = skus * batches;
    for (std::size_t begin = 0; begin < all; begin += batches_a_unit) {
        store
            .transact([&](UnitOfWork& work) -> Result<void> {
                for (std::size_t at = begin; at < std::min(all, begin + batches_a_unit); ++at) {
                    const std::size_t sku = at / batches;
                    const std::size_t rank = at % batches;
                    handle(AddBatch{BatchRef::of(batch_name(sku, rank).view()).value(),
                                    Sku::of(sku_name(sku).view()).value(),
                                    Quantity::of(units_a_batch).value(), batch_eta(rank)},
                           work)
                        .value();
                }
                return {};
            })
            .value();
    }
}

inline OrderIds order_ids(std::string_view word) {
    return word == "ascending" ? OrderIds::ascending : OrderIds::scattered;
}

/// Ends the program with a message unless `truth`: a wrong run must give no result.
inline void require(bool truth, const char* what) {
    if (truth) return;
    (void)std::fprintf(stderr, "benchmark: not so: %s\n", what);
    std::exit(1);
}

}  // namespace allot::bench

#pragma once

#include <functional>

#include "engine/services.hpp"
#include "net/cli/csv/tables.hpp"

namespace allot::program {

// The error of a row that the stock contradicts.
inline constexpr std::string_view unknown_sku_rule = "no batch of this SKU is known";
inline constexpr std::string_view unknown_batch_rule = "no batch has this reference";
inline constexpr std::string_view other_sku_rule = "this batch is of another SKU";
inline constexpr std::string_view batch_taken_rule =
    "the reference is taken by a batch with other contents";
inline constexpr std::string_view batch_limit_rule = "the SKU has as many batches as one may have";

/// Receives how many of how many rows are done.
using RowsDone = std::function<void(std::size_t done, std::size_t total)>;

// Each books all rows of a table in one unit of work, in the order of the file. A row that the
// stock contradicts is reported and passed over; the caller then does not commit.

/// A batch that is there already, with the same contents, stays as it is.
/// \return how many were there already.
std::size_t import_batches(const Table<BatchRow>& table, UnitOfWork& work, Diagnostics& diagnostics,
                           const RowsDone& done = {});
/// Each on the batch that its row names; a line that it holds already stays where it is.
/// \return how many it held already.
std::size_t import_allocations(const Table<AllocationRow>& table, UnitOfWork& work,
                               Diagnostics& diagnostics, const RowsDone& done = {});

/// What became of order lines.
struct Tally {
    std::size_t allocated = 0;
    std::size_t short_of_stock = 0;
    std::size_t left_out = 0;  ///< of an order that is allocated whole or not at all
    std::size_t already = 0;   ///< allocated before, and still where they were

    /// Of `lines` that have a batch, so many are new.
    void allocate(std::size_t lines, std::size_t fresh) noexcept {
        allocated += fresh;
        already += lines - fresh;
    }
    /// One of `lines` is short, and the others are left out with it.
    void refuse(std::size_t lines) noexcept {
        ++short_of_stock;
        left_out += lines - 1;
    }
    [[nodiscard]] std::size_t total() const noexcept {
        return allocated + short_of_stock + left_out + already;
    }
};

/// Allocates each line by itself, or each order whole or not at all; a line that no batch can take
/// is a shortage.
Tally import_orders(const Table<OrderLine>& table, OrdersAre orders, UnitOfWork& work,
                    Diagnostics& diagnostics, const RowsDone& done = {});

/// Reports each line whose SKU is unknown.
void check_orders(const Table<OrderLine>& table, Repository& repository, Diagnostics& diagnostics);

}  // namespace allot::program

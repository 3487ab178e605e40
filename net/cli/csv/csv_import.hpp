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

/// Receives the numbers of rows done and of all rows.
using RowsDone = std::function<void(std::size_t done, std::size_t total)>;

// Each function applies all rows of a table in one unit of work, in the order of the file. A row
// that the stock contradicts is reported and skipped; the caller then does not commit.

/// Adds batches. A batch that exists with the same contents stays unchanged.
/// \return the number of batches that existed.
std::size_t import_batches(const Table<BatchRow>& table, UnitOfWork& work, Diagnostics& diagnostics,
                           const RowsDone& done = {});
/// Allocates each line to the batch that its row names. A line that this batch holds already stays
/// there.
/// \return the number of such lines.
std::size_t import_allocations(const Table<AllocationRow>& table, UnitOfWork& work,
                               Diagnostics& diagnostics, const RowsDone& done = {});

/// The results for order lines.
struct Tally {
    std::size_t allocated = 0;
    std::size_t short_of_stock = 0;
    std::size_t left_out = 0;  ///< lines of an order that is allocated whole or not at all
    std::size_t already = 0;   ///< lines allocated before, and unchanged

    /// Counts `lines` with a batch, of which `fresh` are new.
    void allocate(std::size_t lines, std::size_t fresh) noexcept {
        allocated += fresh;
        already += lines - fresh;
    }
    /// Counts `lines` of an order: one is short, the others are left out with it.
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

#pragma once

#include <functional>

#include "engine/unit_of_work.hpp"
#include "net/program/tables.hpp"

namespace allot::program {

/// Told how many of how many rows are done.
using RowsDone = std::function<void(std::size_t done, std::size_t total)>;

// Each books all rows of a table in one unit of work, in the order of the file. A row that the
// stock contradicts is complained of and passed over; the caller then does not commit.

/// A batch that is there already, with the same contents, stays as it is.
/// \return how many were there already.
std::size_t book_batches(const Table<BatchRow>& table, UnitOfWork& work, Complaints& complaints,
                         const RowsDone& done = {});
/// Each on the batch that its row names; a line that it holds already stays where it is.
/// \return how many it held already.
std::size_t book_allocations(const Table<AllocationRow>& table, UnitOfWork& work,
                             Complaints& complaints, const RowsDone& done = {});

/// What became of order lines.
struct Tally {
    std::size_t allocated = 0;
    std::size_t short_of_stock = 0;
    std::size_t already = 0;  ///< allocated before, and still where they were

    [[nodiscard]] std::size_t total() const noexcept {
        return allocated + short_of_stock + already;
    }
};

/// Allocates each line by itself; one that no batch can take is a shortage.
Tally book_orders(const Table<OrderLine>& table, UnitOfWork& work, Complaints& complaints,
                  const RowsDone& done = {});

/// Complains of each line whose SKU is unknown.
void check_orders(const Table<OrderLine>& table, Repository& repository, Complaints& complaints);

}  // namespace allot::program

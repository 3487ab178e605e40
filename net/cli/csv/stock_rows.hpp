#pragma once

#include <string>
#include <vector>

#include "net/cli/csv/tables.hpp"

namespace allot::program {

/// A row, and the LSN by which it is sorted.
template <class Row>
struct Dated {
    Lsn lsn;
    Row row;
};

/// A stock as CSV. Importing both files into an empty store makes the same batches, in the same
/// order of preference, with the same lines on them in the same order of allocation. Short lines
/// (R14) are not in them.
struct ExportedFiles {
    std::string batches;
    std::string allocations;
};

/// All batches and allocated lines of a stock, in any order.
struct StockRows {
    std::vector<Dated<BatchRow>> batches;           ///< with the LSN that added each
    std::vector<Dated<AllocationRow>> allocations;  ///< with the LSN that allocated each

    /// Returns the rows as CSV, in the order of their LSNs.
    [[nodiscard]] ExportedFiles files() &&;
};

}  // namespace allot::program

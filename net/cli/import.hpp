#pragma once

#include <filesystem>
#include <optional>

#include "net/cli/csv/csv_import.hpp"
#include "net/cli/io/console.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// The files of an import; an unnamed file is not read.
struct ImportFiles {
    std::optional<std::filesystem::path> batches;
    std::optional<std::filesystem::path> allocations;
    std::optional<std::filesystem::path> orders;

    /// `batches.csv` in a directory, and `allocations.csv` and `orders.csv` if they exist.
    [[nodiscard]] static ImportFiles in(const std::filesystem::path& directory);
};

/// The valid rows of the files.
struct ImportRows {
    Table<BatchRow> batches;
    Table<AllocationRow> allocations;
    Table<OrderLine> orders;

    /// \param diagnostics receives notes about the files.
    /// \throws BadInput naming every row that breaks a rule; std::system_error.
    [[nodiscard]] static ImportRows read(const ImportFiles& files, Diagnostics& diagnostics);
};

/// The results for the rows.
struct Imported {
    std::size_t batches_already = 0;  ///< batches that existed with the same contents
    std::size_t allocations_already = 0;
    Tally orders;

    [[nodiscard]] std::size_t already() const noexcept {
        return batches_already + allocations_already + orders.already;
    }
};

/// Imports the rows into a store as one unit of work: batches, then lines on the batches that hold
/// them, then order lines, each by itself or each order whole. The unit is durable on return.
/// \throws BadInput naming every row that the stock contradicts; nothing has changed then.
Imported import_rows(const ImportRows& rows, OrdersAre orders, Store& store, Console& console);

}  // namespace allot::program

#pragma once

#include <filesystem>
#include <optional>

#include "net/cli/csv/csv_import.hpp"
#include "net/cli/io/console.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// The files of an import; those that are not named are not read.
struct ImportFiles {
    std::optional<std::filesystem::path> batches;
    std::optional<std::filesystem::path> allocations;
    std::optional<std::filesystem::path> orders;

    /// `batches.csv` in a directory, and `allocations.csv` and `orders.csv` if they are there.
    [[nodiscard]] static ImportFiles in(const std::filesystem::path& directory);
};

/// Rows that each keep their own rules.
struct ImportRows {
    Table<BatchRow> batches;
    Table<AllocationRow> allocations;
    Table<OrderLine> orders;

    /// \param diagnostics what should be known of the files is noted there.
    /// \throws BadInput naming every row that breaks a rule; std::system_error.
    [[nodiscard]] static ImportRows read(const ImportFiles& files, Diagnostics& diagnostics);
};

/// What became of the rows.
struct Imported {
    std::size_t batches_already = 0;  ///< that were there with the same contents
    std::size_t allocations_already = 0;
    Tally orders;

    [[nodiscard]] std::size_t already() const noexcept {
        return batches_already + allocations_already + orders.already;
    }
};

/// Brings the rows into a store as one unit of work: batches first, then lines where they were
/// allocated before, then order lines, each by itself or each order whole. All of it is durable on
/// return. \throws BadInput naming every row that the stock contradicts; nothing has changed then.
Imported import_rows(const ImportRows& rows, OrdersAre orders, Store& store, Console& console);

}  // namespace allot::program

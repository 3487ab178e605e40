#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"
#include "net/cli/csv/diagnostics.hpp"

namespace allot::program {

struct BatchRow {
    BatchRef ref;
    Sku sku;
    Purchased purchased;
    Eta eta;
};

struct AllocationRow {
    OrderLine line;
    BatchRef batch;
};

/// A row, and the position of each of its fields.
template <class Row>
struct Located {
    Row row;
    std::array<TextPosition, 4> positions;
};

/// The valid rows of a file, not yet checked against the stock.
template <class Row>
struct Table {
    std::string file;  ///< file name, for diagnostics
    std::vector<Located<Row>> rows;
    std::size_t repeated = 0;  ///< rows equal to an earlier one, and not in `rows`
};

/// More rows than this in one file are refused.
inline constexpr std::size_t rows_max = 1'000'000;

// Each function reads the text of one file, in the form of docs/csv.md. Rows that break a rule are
// reported and left out of the table; the whole file is checked.

/// Reads `batch,sku,quantity,eta`; the quantity of an emptied batch is 0.
Table<BatchRow> read_batches(std::string file, std::string_view text, Diagnostics& diagnostics);
/// Reads `order,sku,quantity`. Equal rows are one line: the later ones are left out, with a note
/// that names both.
Table<OrderLine> read_orders(std::string file, std::string_view text, Diagnostics& diagnostics);
/// Reads `order,sku,quantity,batch`.
Table<AllocationRow> read_allocations(std::string file, std::string_view text,
                                      Diagnostics& diagnostics);

/// The way in which the lines of one order are allocated.
enum class OrdersAre : bool {
    lines,  ///< each by itself
    whole,  ///< all or none
};

/// Moves the rows of each order to the position of its first one.
void gather_orders(Table<OrderLine>& table);
/// Returns the number of rows from `at` on that are allocated together. \pre gather_orders(), if
/// orders are whole.
[[nodiscard]] std::size_t rows_together(const Table<OrderLine>& table, std::size_t at,
                                        OrdersAre orders);

/// Returns the part of a summary about repeated rows: `, 2 rows more that repeat others`, or
/// nothing.
[[nodiscard]] std::string repeated_text(std::size_t repeated);

// The inverse of the above, with the header.
[[nodiscard]] std::string write_batches(std::span<const BatchRow> rows);
[[nodiscard]] std::string write_allocations(std::span<const AllocationRow> rows);

}  // namespace allot::program

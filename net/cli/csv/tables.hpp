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

/// A file of rows that each keep their own rules; whether they agree with the stock is not known.
template <class Row>
struct Table {
    std::string file;  ///< its name, for diagnostics
    std::vector<Located<Row>> rows;
    std::size_t repeated = 0;  ///< rows equal to an earlier one, and not in `rows`
};

/// More rows than this in one file are refused.
inline constexpr std::size_t rows_max = 1'000'000;

// Each reads the text of one file: a header, then rows, as docs/csv.md says. What breaks a rule is
// left out of the table and reported; all of the file is checked.

/// `batch,sku,quantity,eta`; a quantity of 0 is that of a batch that was emptied.
Table<BatchRow> read_batches(std::string file, std::string_view text, Diagnostics& diagnostics);
/// `order,sku,quantity`. Equal rows are one line, which is held once: the later ones are left out,
/// with a note that names both.
Table<OrderLine> read_orders(std::string file, std::string_view text, Diagnostics& diagnostics);
/// `order,sku,quantity,batch`
Table<AllocationRow> read_allocations(std::string file, std::string_view text,
                                      Diagnostics& diagnostics);

/// How the lines of one order are allocated.
enum class OrdersAre : bool {
    lines,  ///< each by itself
    whole,  ///< all or none
};

/// Has the rows of each order stand together, where its first one was.
void gather_orders(Table<OrderLine>& table);
/// How many rows from one on are allocated together. \pre gather_orders(), where orders are whole.
[[nodiscard]] std::size_t rows_together(const Table<OrderLine>& table, std::size_t at,
                                        OrdersAre orders);

/// Of rows that were left out, for a summary: `, 2 rows more that repeat others`, or nothing.
[[nodiscard]] std::string repeated_text(std::size_t repeated);

// What the above read, with the header.
[[nodiscard]] std::string write_batches(std::span<const BatchRow> rows);
[[nodiscard]] std::string write_allocations(std::span<const AllocationRow> rows);

}  // namespace allot::program

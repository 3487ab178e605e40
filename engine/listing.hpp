#pragma once

#include <cstddef>
#include <vector>

#include "engine/commands.hpp"
#include "engine/ports.hpp"

namespace allot {

// All batches, or all allocated lines, of a store, some at a time and in no order that means
// anything. One that stays as it is while the listing goes on is listed once; what changes
// meanwhile may be missing or listed as it was. A caller that needs one state of the store applies
// the facts since the listing's beginning to what was listed.

struct ListedBatch {
    BatchRef batch;
    Sku sku;
    Purchased purchased;
    Eta eta;
    Lsn added;
};

struct ListedLine {
    OrderLine line;
    BatchRef batch;
    Lsn allocated_at;
};

template <class Row>
struct ListedRows {
    std::vector<Row> rows;
    Index next = 0;  ///< where to go on; 0: that was all
};

/// \param from 0 to begin, or `next`; beyond the end there are no rows.
/// \param most places to look at, and so rows at the most. \pre most > 0
[[nodiscard]] ListedRows<ListedBatch> list_batches(Repository& repository, Index from,
                                                   std::size_t most);
[[nodiscard]] ListedRows<ListedLine> list_lines(Repository& repository, Index from,
                                                std::size_t most);

}  // namespace allot

#pragma once

#include <cstddef>
#include <vector>

#include "engine/commands.hpp"
#include "engine/repository.hpp"

namespace allot {

// Lists all batches, or all allocated lines, of a store, page by page, in an unspecified order. A
// row that does not change during the listing is listed once; a row that changes may be missing, or
// listed with its old contents. A caller that needs one state of the store applies the facts since
// the listing's beginning to the rows.

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
    Index next = 0;  ///< the beginning of the next page; 0: there is none
};

/// \param from 0, or the `next` of the previous page; beyond the end there are no rows.
/// \param most the number of slots visited, which bounds the number of rows. \pre most > 0
[[nodiscard]] ListedRows<ListedBatch> list_batches(Repository& repository, Index from,
                                                   std::size_t most);
[[nodiscard]] ListedRows<ListedLine> list_lines(Repository& repository, Index from,
                                                std::size_t most);

}  // namespace allot

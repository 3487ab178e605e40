#include "net/cli/csv/stock_rows.hpp"

#include <algorithm>

namespace allot::program {
namespace {

template <class Row>
std::vector<Row> in_order(std::vector<Dated<Row>>& dated) {
    std::ranges::sort(dated, {}, &Dated<Row>::lsn);
    std::vector<Row> rows;
    rows.reserve(dated.size());
    for (const Dated<Row>& each : dated) rows.push_back(each.row);
    return rows;
}

}  // namespace

ExportedFiles StockRows::files() && {
    return {write_batches(in_order(batches)), write_allocations(in_order(allocations))};
}

}  // namespace allot::program

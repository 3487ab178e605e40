#include "engine/listing.hpp"

#include <algorithm>

namespace allot {
namespace {

/// Calls `look` with each index from `from` on. \return the beginning of the next page; 0: there is
/// none.
template <class Look>
Index visit(Index from, std::size_t most, Index slots, Look look) {
    const std::size_t end = std::min<std::size_t>(slots, std::size_t{from} + most);
    for (std::size_t at = from; at < end; ++at) look(static_cast<Index>(at));
    return end < slots ? static_cast<Index>(end) : 0;
}

}  // namespace

ListedRows<ListedBatch> list_batches(Repository& repository, Index from, std::size_t most) {
    const Ledger& ledger = repository.ledger();
    ListedRows<ListedBatch> listed;
    listed.next = visit(from, most, ledger.batch_slots(), [&](Index at) {
        const Batch& batch = ledger.batch(at);
        if (batch.product() == no_index) return;
        listed.rows.push_back({batch.ref().owned(), repository.at(batch.product()).sku().owned(),
                               Purchased::of(batch.purchased()).value(), batch.eta(),
                               batch.rank().added});
    });
    return listed;
}

ListedRows<ListedLine> list_lines(Repository& repository, Index from, std::size_t most) {
    const Ledger& ledger = repository.ledger();
    ListedRows<ListedLine> listed;
    listed.next = visit(from, most, ledger.line_slots(), [&](Index at) {
        const AllocatedLine& line = ledger.line(at);
        if (line.batch == no_index) return;
        listed.rows.push_back({{OrderId::unchecked(ledger.order_id(line)),
                                repository.at(ledger.product_of(line)).sku().owned(),
                                Quantity::of(line.quantity).value()},
                               ledger.batch(line.batch).ref().owned(),
                               line.allocated_at});
    });
    return listed;
}

}  // namespace allot

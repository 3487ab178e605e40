#include "engine/message_bus.hpp"

#include <algorithm>
#include <array>

namespace allot {

/// A line outside of a transaction is a unit by itself, and nothing of it is ever reverted: what is
/// decided is appended to the journal, and then done. Everything else takes a UnitOfWork.
Answer<Result<BatchRef>> MessageBus::allocate_at(UnixMicros now, const OrderLine& line,
                                                 const LineLookup& found) {
    Product* const product = found.product;
    if (open_ != nullptr) {
        return transact_at(now,
                           [&](UnitOfWork& work) { return allot::allocate(line, product, work); });
    }
    if (product == nullptr) return {Refusal::unknown_sku, journal_.last()};
    const OrderSlot order = product->ledger().find_order(line.order, found.order_hash);
    const Decision decision = product->decide(line, order);
    if (decision.batch == no_index) {
        UnitOfWork work{repository_, journal_};
        product->record_shortage(line, work);
        return {Refusal::out_of_stock, work.commit(now)};
    }
    const BatchRef ref = product->batch(decision.batch).ref();
    if (decision.is_held) return {ref, journal_.last()};
    const Fact fact{std::in_place_type<LineAllocated>, line, ref};
    const Lsn lsn = journal_.append({&fact, 1}, now);
    product->take(line, decision, lsn);
    repository_.store_hint(found);
    return {ref, lsn};
}

Lsn MessageBus::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    Lsn lsn = journal_.last();
    std::array<LineNames, Repository::lookups_max> names;
    std::array<LineLookup, Repository::lookups_max> found;
    while (!lines.empty()) {
        const std::size_t count = std::min(lines.size(), names.size());
        std::ranges::transform(lines.first(count), names.begin(), names_of);
        repository_.look_up(std::span{names}.first(count), std::span{found}.first(count));
        const UnixMicros now = clock_.now();
        for (std::size_t i = 0; i < count; ++i) {
            auto answer = allocate_at(now, lines[i], found[i]);
            results[i] = std::move(answer.result);
            lsn = answer.lsn;
        }
        lines = lines.subspan(count);
        results = results.subspan(count);
    }
    return lsn;
}

}  // namespace allot

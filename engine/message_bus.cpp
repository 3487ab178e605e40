#include "engine/message_bus.hpp"

#include <algorithm>
#include <array>

namespace allot {

/// A line outside of a transaction is a unit by itself, and is never reverted: the bus appends the
/// decision to the journal, and then applies it. Everything else takes a UnitOfWork.
Answer<Result<BatchRefView>> MessageBus::allocate(const LineView& line, const LineLookup& found,
                                                  UnixMicros now) {
    Product* const product = found.product;
    if (open_ != nullptr) {
        return transact_at(now,
                           [&](UnitOfWork& work) { return allot::allocate(line, found, work); });
    }
    if (product == nullptr) return {Refusal::unknown_sku, journal_.last()};
    const OrderSlot order = product->ledger().find_order(line.order, found.order_hash);
    const Decision decision = product->decide(line.quantity, order);
    if (decision.batch == no_index) {
        UnitOfWork work{repository_, journal_};
        product->record_shortage(line, found.order_hash, work);
        return {Refusal::out_of_stock, work.commit(now)};
    }
    const BatchRefView batch = product->batch(decision.batch).ref();
    if (decision.is_held) return {batch, journal_.last()};
    const Lsn lsn = journal_.append(line, batch, now);
    product->take(line, decision, lsn);
    repository_.store_hint(found);
    return {batch, lsn};
}

Answer<OrderResult> MessageBus::handle(const AllocateOrder& command) {
    if (command.lines.size() != 1) {
        return transact([&](UnitOfWork& work) { return allot::handle(command, work); });
    }
    const LineItem& item = command.lines.front();
    const auto answer = allocate(LineView{command.order, item.sku, item.quantity});
    if (!answer.result) return {RefusedLine{answer.result.error(), 0}, answer.lsn};
    return {BatchRefs{answer.result->owned()}, answer.lsn};
}

Lsn MessageBus::allocate(std::span<const LineView> lines, std::span<Result<BatchRef>> results) {
    Lsn lsn = journal_.last();
    std::array<LineNames, Repository::lookups_max> names;
    std::array<LineLookup, Repository::lookups_max> found;
    while (!lines.empty()) {
        const std::size_t count = std::min(lines.size(), names.size());
        std::ranges::transform(lines.first(count), names.begin(), names_of);
        const UnixMicros time =
            look_up(std::span{names}.first(count), std::span{found}.first(count));
        for (std::size_t i = 0; i < count; ++i) {
            const auto answer = allocate(lines[i], found[i], time);
            if (answer.result) {
                results[i].emplace(*answer.result);
            } else {
                results[i] = answer.result.error();
            }
            lsn = answer.lsn;
        }
        lines = lines.subspan(count);
        results = results.subspan(count);
    }
    return lsn;
}

}  // namespace allot

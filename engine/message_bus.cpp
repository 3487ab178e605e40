#include "engine/message_bus.hpp"

#include <algorithm>
#include <array>

namespace allot {

Lsn MessageBus::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    Lsn lsn = journal_.last();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i % Repository::lookahead_max == 0) prefetch(lines.subspan(i));
        auto answer = handle(Allocate{lines[i]});
        results[i] = answer.result;
        lsn = answer.lsn;
    }
    return lsn;
}

void MessageBus::prefetch(std::span<const OrderLine> lines) const noexcept {
    std::array<LineNames, Repository::lookahead_max> names;
    const std::size_t count = std::min(lines.size(), names.size());
    for (std::size_t i = 0; i < count; ++i) {
        names[i] = {lines[i].order.view(), lines[i].sku.view()};
    }
    repository_.prefetch(std::span{names}.first(count));
}

Lsn MessageBus::commit(UnitOfWork& work) {
    if (work.facts().empty()) return work.commit(0);
    const UnixMicros now = clock_.now();
    const Lsn last = work.commit(now);
    if (!subscribers_.empty()) {
        Lsn lsn = last - work.facts().size();
        for (const Fact& fact : work.facts()) untold_.push_back({++lsn, now, fact});
    }
    return last;
}

std::vector<CommittedFact> MessageBus::take_durable(Lsn durable) {
    std::vector<CommittedFact> facts;
    while (!untold_.empty() && untold_.front().lsn <= durable) {
        facts.push_back(std::move(untold_.front()));
        untold_.pop_front();
    }
    return facts;
}

void MessageBus::publish(std::span<const CommittedFact> facts) const {
    for (const CommittedFact& fact : facts) {
        for (const Subscriber& subscriber : subscribers_) subscriber(fact);
    }
}

}  // namespace allot

#include "engine/message_bus.hpp"

namespace allot {

Lsn MessageBus::allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results) {
    constexpr std::size_t lines_a_depth = 8;
    Lsn lsn = journal_.last();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (int depth = 0; depth < Repository::prefetch_depths; ++depth) {
            const auto depths_ahead = static_cast<std::size_t>(Repository::prefetch_depths - depth);
            const std::size_t ahead = i + depths_ahead * lines_a_depth;
            if (ahead < lines.size()) repository_.prefetch(lines[ahead], depth);
        }
        auto answer = handle(Allocate{lines[i]});
        results[i] = answer.result;
        lsn = answer.lsn;
    }
    return lsn;
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

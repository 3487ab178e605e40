#include "engine/message_bus.hpp"

namespace allot {

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

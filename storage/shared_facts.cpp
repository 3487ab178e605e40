#include "storage/shared_facts.hpp"

#include <algorithm>
#include <utility>

namespace allot {

void SharedFacts::enter() {
    const std::scoped_lock lock{mutex_};
    ++users_;
}

void SharedFacts::leave() noexcept {
    const std::scoped_lock lock{mutex_};
    if (--users_ == 0) last_.reset();
}

FactRun SharedFacts::from(Lsn lsn, std::size_t most, std::shared_ptr<SharedReader>& reader) {
    for (;;) {
        if (!reader || !reader->keeps(lsn)) reader = reader_at(lsn, std::move(reader));
        FactRun run = reader->from(lsn, most, kept_at(lsn));
        if (!run.empty()) return run;  // else it has gone on meanwhile
    }
}

std::shared_ptr<SharedReader> SharedFacts::reader_at(Lsn lsn,
                                                     std::shared_ptr<SharedReader> current) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(readers_, [](const auto& each) { return each.expired(); });
    std::shared_ptr<SharedReader> found;
    if (current && current->next() == lsn) found = std::move(current);
    // What is not kept in the files any more is given to nobody who comes to it now.
    const bool is_trimmed = lsn < journal_.oldest();
    for (const auto& each : readers_) {
        auto reader = each.lock();
        if (!reader || is_trimmed) continue;
        if (reader->keeps(lsn) || (!found && reader->next() == lsn)) found = std::move(reader);
    }
    if (!found) {
        found = std::make_shared<SharedReader>(files_, directory_, journal_, lsn);
        readers_.push_back(found);
    }
    last_ = found;
    return found;
}

}  // namespace allot

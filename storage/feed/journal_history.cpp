#include "storage/feed/journal_history.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace allot {

FactRun SharedReader::from(Lsn lsn, std::size_t most, std::size_t kept) {
    const std::scoped_lock lock{mutex_};
    if (lsn == next_) read_on(std::min(most, block_facts_max), kept);
    if (!keeps(lsn)) return {};
    const auto after = std::ranges::upper_bound(blocks_, lsn, {},
                                                [](const FactRun& run) { return run.front().lsn; });
    const FactRun& block = *std::prev(after);
    return block.after(lsn - block.front().lsn);
}

void SharedReader::read_on(std::size_t most, std::size_t kept) {
    try {
        FactRun block{reader_.read(most)};
        if (block.empty()) return;
        blocks_.push_back(std::move(block));
    } catch (...) {  // without memory for what it has read, the range begins again behind that
        if (reader_.next() != next_) blocks_.clear();
        if (blocks_.empty()) first_ = reader_.next();
        next_ = reader_.next();
        throw;
    }
    next_ = reader_.next();
    for (; next_ - first_ > kept && blocks_.size() > 1; blocks_.pop_front()) {
        first_ += blocks_.front().size();
    }
}

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
        if (!run.empty()) return run;  // otherwise the reader has moved on meanwhile
    }
}

std::shared_ptr<SharedReader> SharedFacts::reader_at(Lsn lsn,
                                                     std::shared_ptr<SharedReader> current) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(readers_, [](const auto& each) { return each.expired(); });
    std::shared_ptr<SharedReader> found;
    if (current && current->next() == lsn) found = std::move(current);
    // A new reader gets no facts that the files do not keep any more.
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

FactRun JournalCursor::take(std::size_t most) {
    if (most == 0 || next_ > journal_.readable()) return {};
    if (rest_.empty()) rest_ = shared_.from(next_, most, reader_);
    FactRun taken = rest_.first(most);
    rest_ = rest_.after(taken.size());
    next_ += taken.size();
    return taken;
}

std::unique_ptr<FactCursor> JournalHistory::read(Lsn from) {
    if (const Lsn first = oldest(); from < first) throw TrimmedHistory{first};
    return std::make_unique<JournalCursor>(journal_, shared_, from);
}

}  // namespace allot

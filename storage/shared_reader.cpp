#include "storage/shared_reader.hpp"

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
    FactRun block{reader_.read(most)};
    if (block.empty()) return;
    next_ = reader_.next();
    blocks_.push_back(std::move(block));
    for (; next_ - first_ > kept && blocks_.size() > 1; blocks_.pop_front()) {
        first_ += blocks_.front().size();
    }
}

}  // namespace allot

#include "storage/journal_cursor.hpp"

namespace allot {

std::unique_ptr<FactCursor> JournalHistory::read(Lsn from) {
    if (const Lsn first = oldest(); from < first) throw TrimmedHistory{first};
    return std::make_unique<JournalCursor>(journal_, shared_, from);
}

FactRun JournalCursor::take(std::size_t most) {
    if (most == 0 || next_ > journal_.readable()) return {};
    if (rest_.empty()) rest_ = shared_.from(next_, most, reader_);
    FactRun taken = rest_.first(most);
    rest_ = rest_.after(taken.size());
    next_ += taken.size();
    return taken;
}

}  // namespace allot

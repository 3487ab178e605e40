#include "storage/journal/group_journal.hpp"

#include <utility>

namespace allot {

GroupJournal::GroupJournal(FileSystem& files, const std::filesystem::path& directory,
                           const JournalTail& tail, std::vector<SegmentInfo> segments,
                           StoreOptions options, Histories histories)
    : directory_{directory},
      options_{std::move(options)},
      store_id_{tail.store_id},
      segments_{files, directory, std::move(segments), options_},
      next_segment_{files, directory_, segments_, options_, [this] { call_driver(); }},
      staging_{tail.last, next_segment_, options_},
      commit_{files,    directory_,    tail,     segments_,
              staging_, next_segment_, options_, std::move(histories)} {}

Lsn GroupJournal::append(std::span<const Fact> unit, UnixMicros now) {
    if (failed()) throw_failed();
    return staging_.append(unit, now);
}

Lsn GroupJournal::append(const LineView& line, BatchRefView batch, UnixMicros now) {
    if (failed()) throw_failed();
    return staging_.append(line, batch, now);
}

void GroupJournal::flush() noexcept {
    if (staging_.flush(failed())) call_driver();
}

void GroupJournal::request_sync(Lsn lsn) {
    staging_.request_sync(lsn);
    call_driver();
}

void GroupJournal::request_close() {
    flush();
    staging_.request_close();
    call_driver();
}

}  // namespace allot

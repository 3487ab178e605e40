#include "storage/snapshot/snapshotter.hpp"

#include <utility>

namespace allot {

Snapshotter::Snapshotter(FileSystem& files, std::filesystem::path directory, std::uint64_t store_id,
                         Repository& repository, GroupJournal& journal, std::vector<Lsn> starts)
    : files_{files},
      directory_{std::move(directory)},
      store_id_{store_id},
      repository_{repository},
      journal_{journal},
      starts_{std::move(starts)},
      newest_{starts_.empty() ? 0 : starts_.back()} {
    if (newest_ != 0) expect(files_.open(newest_path(), FileSystem::Mode::read)->size());
}

std::filesystem::path Snapshotter::newest_path() const {
    return directory_ / snapshot::file_name(newest_);
}

void Snapshotter::expect(std::uint64_t bytes) noexcept {
    newest_bytes_ = bytes;
    journal_.expect_snapshot(bytes);
}

bool Snapshotter::begin() {
    start_ = end_ = journal_.last();
    if (start_ == newest_) return false;
    journal_.disk().require(newest_bytes_);
    next_ = products_ = 0;
    writer_.emplace(files_, directory_, store_id_, start_);
    chunk_ = snapshot::empty_chunk();
    return true;
}

void Snapshotter::copy(std::chrono::steady_clock::time_point until) {
    const Ledger& ledger = repository_.ledger();
    holds_ = ledger.line_count() + ledger.batch_count() + ledger.shortages().size();
    if (next_ == 0) held_ = holds_;
    snapshot::copy_slice(repository_, next_, chunk_, until);
    end_ = journal_.last();
    products_ = static_cast<Index>(repository_.size());
}

void Snapshotter::finish() {
    const std::uint64_t bytes = writer_->finish(end_, journal_.histories().recorded(end_));
    writer_.reset();
    starts_.push_back(start_);
    newest_ = start_;
    expect(bytes);
    keep_two();
}

void Snapshotter::keep_two() {
    bool removed = false;
    for (; starts_.size() > 2; removed = true) {
        files_.remove(directory_ / snapshot::file_name(starts_.front()));
        starts_.erase(starts_.begin());
    }
    if (removed) files_.sync_directory(directory_);
    // With only one snapshot the whole journal is kept, in case the snapshot is damaged.
    if (starts_.size() == 2) journal_.segments().prune(starts_.front() + 1);
}

}  // namespace allot

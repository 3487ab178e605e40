#include "storage/journal/next_segment.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/ports.hpp"
#include "storage/format/store_files.hpp"

namespace allot {

NextSegment::NextSegment(FileSystem& files, const std::filesystem::path& directory,
                         const SegmentList& segments, const StoreOptions& options,
                         std::function<void()> call_driver)
    : files_{files},
      directory_{directory},
      segments_{segments},
      options_{options},
      call_driver_{std::move(call_driver)},
      disk_{files, directory, options.segment_bytes, options.warning} {}

void NextSegment::want() {
    wanted_ = true;
    call_driver_();
}

void NextSegment::request(std::uint64_t number) {
    {
        const std::scoped_lock lock{mutex_};
        if (requested_.number >= number) return;
        requested_ = {number, options_.segment_bytes};
    }
    want();
}

std::optional<PreparedSegment> NextSegment::ready(const PreparedSegment& wanted, bool is_closing) {
    if (wanted_) return std::nullopt;
    {
        const std::scoped_lock lock{mutex_};
        if (prepared_.number == wanted.number && prepared_.bytes >= wanted.bytes) {
            waits_for_space_ = false;
            return prepared_;
        }
        if (failure_ && (is_closing || failed_ >= attempts_max)) std::rethrow_exception(failure_);
        requested_ = wanted;
    }
    if (disk_full_) {
        waits_for_space_ = true;
    } else {
        want();
    }
    return std::nullopt;
}

NextSegment::Time NextSegment::retry(Time now) {
    std::uint64_t failed = 0;
    {
        const std::scoped_lock lock{mutex_};
        if (sync_failure_) std::rethrow_exception(sync_failure_);
        if (!wanted_) failed = failed_;
    }
    if (failed > 0 && retry_at_ == Time{}) retry_at_ = now + back_off.after(failed, 1);
    if (failed > 0 && now < retry_at_) return retry_at_;
    retry_at_ = {};
    if (failed > 0) want();
    return Time::max();
}

/// Removes an unused file with the segment's name, if the disk has no space for both: an earlier
/// process has created it, or it is too small.
void NextSegment::remove_unused(const PreparedSegment& segment) {
    if (disk_.free_bytes_now() >= segment.bytes) return;
    const std::string name = journal::segment_name(segment.number);
    if (!store_files::has(files_, directory_, name)) return;
    {
        const std::scoped_lock lock{mutex_};
        prepared_ = {};
    }
    files_.remove(directory_ / name);
}

void NextSegment::prepare() noexcept {
    PreparedSegment segment;
    {
        const std::scoped_lock lock{mutex_};
        segment = requested_;
    }
    std::exception_ptr failure;
    std::exception_ptr sync_failure;
    try {
        remove_unused(segment);
        disk_.require(segment.bytes);
        make_segment(files_, directory_, segment, preallocation_of(options_.durability));
        try {
            files_.sync_directory(directory_);
        } catch (const std::exception&) {
            sync_failure = std::current_exception();
        }
    } catch (const std::exception& error) {
        failure = std::current_exception();
        disk_.warn_full(error.what());
    }
    if (!failure && disk_full_) disk_.note_space();
    disk_full_ = failure != nullptr;
    {
        const std::scoped_lock lock{mutex_};
        failure_ = failure;
        sync_failure_ = sync_failure;
        failed_ = failure ? failed_ + 1 : 0;
        if (!failure && !sync_failure) prepared_ = segment;
    }
    update_short();
    wanted_ = false;
    call_driver_();
}

/// \pre mutex_ is held
bool NextSegment::is_there() const { return prepared_.number > segments_.last_number(); }

void NextSegment::update_short() noexcept {
    const std::scoped_lock lock{mutex_};
    short_ = !is_there() && (failed_ > 0 || disk_.free_bytes() < options_.segment_bytes);
}

void NextSegment::require(std::uint64_t group_bytes) const {
    const auto full = std::make_error_code(std::errc::no_space_on_device);
    if (short_) throw StorageFull{full, "there is no space for another journal segment"};
    const std::uint64_t needed = JournalWriter::segment_bytes_of(group_bytes);
    if (needed <= options_.segment_bytes) return;
    const std::scoped_lock lock{mutex_};
    const std::uint64_t prepared = is_there() ? prepared_.bytes : 0;
    if (needed <= prepared || needed - prepared <= disk_.free_bytes_now()) return;
    throw StorageFull{
        full, "there is no space for a journal segment of " + std::to_string(needed) + " bytes"};
}

}  // namespace allot

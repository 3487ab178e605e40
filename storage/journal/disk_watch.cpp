#include "storage/journal/disk_watch.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace allot {

namespace {
constexpr std::chrono::seconds between_looks{1};
constexpr std::chrono::seconds between_samples{60};
}  // namespace

DiskWatch::DiskWatch(FileSystem& files, std::filesystem::path directory,
                     std::uint64_t segment_bytes, Warning warning)
    : files_{files},
      directory_{std::move(directory)},
      segment_bytes_{segment_bytes},
      warning_{std::move(warning)},
      free_bytes_{files_.free_bytes(directory_)} {}

bool DiskWatch::look(Time now, std::uint64_t appended) {
    if (now < next_look_) return false;
    next_look_ = now + between_looks;
    free_bytes_ = files_.free_bytes(directory_);
    if (free_bytes_ >= low_space_bytes()) {
        low_ = false;
    } else if (!std::exchange(low_, true)) {
        warn("the disk of the store is nearly full: " + std::to_string(free_bytes_) +
             " bytes are free, less than two journal segments and a snapshot take (" +
             std::to_string(low_space_bytes()) + ")");
    }
    const std::scoped_lock lock{mutex_};
    if (newer_.at == Time{}) older_ = newer_ = {now, appended};
    if (now >= newer_.at + between_samples) older_ = std::exchange(newer_, {now, appended});
    return true;
}

std::chrono::seconds DiskWatch::lasts(Time now, std::uint64_t appended,
                                      std::uint64_t free_bytes) const {
    const std::scoped_lock lock{mutex_};
    if (now <= older_.at || older_.at == Time{} || appended <= older_.appended) return lasts_max;
    const std::chrono::duration<double> passed = now - older_.at;
    const double a_second = static_cast<double>(appended - older_.appended) / passed.count();
    const double seconds = static_cast<double>(free_bytes) / a_second;
    if (seconds >= static_cast<double>(lasts_max.count())) return lasts_max;
    return std::chrono::seconds{static_cast<std::int64_t>(seconds)};
}

void DiskWatch::require(std::uint64_t bytes) const {
    const std::uint64_t free = files_.free_bytes(directory_);
    if (free >= bytes) return;
    throw std::system_error{std::make_error_code(std::errc::no_space_on_device),
                            directory_.string() + " has " + std::to_string(free) +
                                " bytes free, and needs " + std::to_string(bytes)};
}

void DiskWatch::warn_full(std::string_view why) {
    if (full_warned_.exchange(true)) return;
    warn(
        "the store cannot create the next journal segment, and retries; once the current one is "
        "full, it refuses changes and serves reads: " +
        std::string{why});
}

void DiskWatch::note_space() {
    if (full_warned_.exchange(false)) warn("the disk has space for the next journal segment again");
}

void DiskWatch::warn(std::string_view text) const {
    if (warning_) warning_(text);
}

}  // namespace allot

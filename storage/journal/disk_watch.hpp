#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <string_view>

#include "storage/io/file_system.hpp"

namespace allot {

/// The space that a store's disk has left, how long it lasts, and warnings when it is short. It has
/// no thread, and reads no clock. look() is for one caller at a time; everything else may be called
/// from any thread.
class DiskWatch {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Warning = std::function<void(std::string_view)>;

    /// lasts() gives no more than this: 100 years.
    static constexpr std::chrono::seconds lasts_max = std::chrono::years{100};

    /// \param files outlives this.
    DiskWatch(FileSystem& files, std::filesystem::path directory, std::uint64_t segment_bytes,
              Warning warning);
    DiskWatch(const DiskWatch&) = delete;
    DiskWatch& operator=(const DiskWatch&) = delete;

    /// Samples the disk, unless it did so less than a second ago. Warns once when there is less
    /// room than for two segments and a snapshot, and again when there was room in between.
    /// \param appended bytes of the journal since the process began.
    /// \return whether it has sampled.
    bool look(Time now, std::uint64_t appended);
    /// As of the last sample.
    [[nodiscard]] std::uint64_t free_bytes() const noexcept { return free_bytes_; }
    /// Asks the disk.
    [[nodiscard]] std::uint64_t free_bytes_now() const noexcept {
        return files_.free_bytes(directory_);
    }
    /// How long the room lasts if the journal goes on growing as in the last minute or two, and
    /// nothing is removed.
    /// \param free_bytes, appended as they are now.
    [[nodiscard]] std::chrono::seconds lasts(Time now, std::uint64_t appended,
                                             std::uint64_t free_bytes) const;
    void expect_snapshot(std::uint64_t bytes) noexcept { snapshot_bytes_ = bytes; }

    /// \throws std::system_error no_space_on_device when the disk has less.
    void require(std::uint64_t bytes) const;
    /// Warns that the next segment cannot be made: once, until tell_room().
    void tell_full(std::string_view why);
    /// Warns that the segment could be made after all.
    void tell_room();

private:
    struct Sample {
        Time at{};
        std::uint64_t appended = 0;
    };
    [[nodiscard]] std::uint64_t little() const noexcept {
        return 2 * segment_bytes_ + snapshot_bytes_;
    }
    void warn(std::string_view text) const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t segment_bytes_;
    const Warning warning_;
    std::atomic<std::uint64_t> free_bytes_;
    std::atomic<std::uint64_t> snapshot_bytes_ = 0;
    std::atomic<bool> told_full_ = false;
    Time next_look_{};          // of look()
    bool low_ = false;          // likewise; it was warned of
    mutable std::mutex mutex_;  // of all that follows
    Sample older_;              // one to two minutes ago, once the journal is so old
    Sample newer_;
};

}  // namespace allot

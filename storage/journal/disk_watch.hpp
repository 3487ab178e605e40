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

/// Tracks the free space of a store's disk and how long it lasts, and warns when it is short. It
/// has no thread, and reads no clock. One caller at a time calls look(); any thread may call
/// everything else.
class DiskWatch {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Warning = std::function<void(std::string_view)>;

    /// The largest result of lasts().
    static constexpr std::chrono::seconds lasts_max = std::chrono::years{100};

    /// \param files outlives this.
    DiskWatch(FileSystem& files, std::filesystem::path directory, std::uint64_t segment_bytes,
              Warning warning);
    DiskWatch(const DiskWatch&) = delete;
    DiskWatch& operator=(const DiskWatch&) = delete;

    /// Samples the disk, unless it did so less than a second ago. Warns when less space is free
    /// than two segments and a snapshot need: once, until enough space was free in between. \param
    /// appended bytes of the journal since the process began. \return whether it has sampled.
    bool look(Time now, std::uint64_t appended);
    /// The free bytes at the last sample.
    [[nodiscard]] std::uint64_t free_bytes() const noexcept { return free_bytes_; }
    /// Queries the disk for its free bytes.
    [[nodiscard]] std::uint64_t free_bytes_now() const noexcept {
        return files_.free_bytes(directory_);
    }
    /// The time for which the free space lasts if the journal grows as in the last minute or two,
    /// and nothing is removed. \param free_bytes, appended the present values.
    [[nodiscard]] std::chrono::seconds lasts(Time now, std::uint64_t appended,
                                             std::uint64_t free_bytes) const;
    void expect_snapshot(std::uint64_t bytes) noexcept { snapshot_bytes_ = bytes; }

    /// \throws std::system_error no_space_on_device when the disk has less.
    void require(std::uint64_t bytes) const;
    /// Warns that the next segment cannot be created: once, until note_space().
    void warn_full(std::string_view why);
    /// Reports that the segment was created after all.
    void note_space();

private:
    struct Sample {
        Time at{};
        std::uint64_t appended = 0;
    };
    [[nodiscard]] std::uint64_t low_space_bytes() const noexcept {
        return 2 * segment_bytes_ + snapshot_bytes_;
    }
    void warn(std::string_view text) const;

    FileSystem& files_;
    const std::filesystem::path directory_;
    const std::uint64_t segment_bytes_;
    const Warning warning_;
    std::atomic<std::uint64_t> free_bytes_;
    std::atomic<std::uint64_t> snapshot_bytes_ = 0;
    std::atomic<bool> full_warned_ = false;
    Time next_look_{};          // used by look()
    bool low_ = false;          // used by look(): it has warned
    mutable std::mutex mutex_;  // protects the members below
    Sample older_;  // the sample from one to two minutes ago, if the process is that old
    Sample newer_;
};

}  // namespace allot

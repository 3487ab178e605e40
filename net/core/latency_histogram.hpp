#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace allot {

/// A histogram of durations; each bucket is twice as wide as the one before. Used by one thread.
class LatencyHistogram {
public:
    using Duration = std::chrono::nanoseconds;
    /// Bucket i counts durations up to bound(i) and longer than bound(i - 1); the last one, which
    /// has no bound, durations above half a minute.
    static constexpr std::size_t bounds = 28;
    [[nodiscard]] static constexpr Duration bound(std::size_t bucket) noexcept {
        return Duration{std::int64_t{256} << bucket};
    }

    /// \param each a negative duration, from a clock that was read too early, counts as 0.
    void add(Duration each, std::uint64_t times = 1) noexcept {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(each.count(), 1));
        const auto bucket = static_cast<std::size_t>(std::bit_width((ns - 1) >> 8U));
        counts_[std::min(bucket, bounds)] += times;
        sum_ += std::max(each, Duration::zero()) * static_cast<std::int64_t>(times);
        count_ += times;
    }
    [[nodiscard]] const std::array<std::uint64_t, bounds + 1>& counts() const noexcept {
        return counts_;
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] Duration sum() const noexcept { return sum_; }

private:
    std::array<std::uint64_t, bounds + 1> counts_{};
    std::uint64_t count_ = 0;
    Duration sum_{0};
};

}  // namespace allot

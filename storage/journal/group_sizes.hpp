#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace allot {

/// A histogram of the facts in each group of a journal. One thread counts, any thread reads.
class GroupSizes {
public:
    /// Bucket i counts groups of more than 2^(i-1) and up to 2^i facts; the last bucket all larger
    /// ones.
    static constexpr std::size_t buckets = 20;
    using Counts = std::array<std::uint64_t, buckets>;

    /// \pre facts > 0
    void count(std::uint64_t facts) noexcept {
        const auto bucket = static_cast<std::size_t>(std::bit_width(facts - 1));
        facts_.fetch_add(facts, std::memory_order_relaxed);
        counts_[bucket < buckets ? bucket : buckets - 1].fetch_add(1, std::memory_order_relaxed);
    }
    [[nodiscard]] Counts counts() const noexcept {
        Counts now{};
        for (std::size_t i = 0; i < buckets; ++i) {
            now[i] = counts_[i].load(std::memory_order_relaxed);
        }
        return now;
    }

    [[nodiscard]] std::uint64_t groups() const noexcept {
        const Counts now = counts();
        return std::accumulate(now.begin(), now.end(), std::uint64_t{0});
    }
    /// The number of facts in all groups.
    [[nodiscard]] std::uint64_t facts() const noexcept {
        return facts_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> facts_ = 0;
    std::array<std::atomic<std::uint64_t>, buckets> counts_{};
};

}  // namespace allot

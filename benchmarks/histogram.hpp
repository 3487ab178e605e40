#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace allot::bench {

/// The counts of durations in nanoseconds, in a constant 58 KiB: 128 classes of equal width between
/// a power of two and the next, as in HdrHistogram. A value is exact below 256 ns, and above at
/// most 1/128 too high, never too low.
class Histogram {
public:
    void add(std::uint64_t ns) noexcept {
        ++counts_[class_of(ns)];
        ++count_;
        max_ = std::max(max_, ns);
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// The exact greatest value. 0: there is none.
    [[nodiscard]] std::uint64_t max() const noexcept { return max_; }
    /// \param share of all values, 0..1.
    /// \return a value that this share of all values does not exceed. 0: there is none.
    [[nodiscard]] std::uint64_t at(double share) const noexcept {
        const double wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (static_cast<double>(seen) >= wanted) return std::min(greatest_of(i), max_);
        }
        return max_;
    }

private:
    static constexpr unsigned bits = 7;
    static constexpr std::size_t classes_a_power = std::size_t{1} << bits;

    static constexpr std::size_t class_of(std::uint64_t ns) noexcept {
        if (ns < classes_a_power) return ns;
        const auto shift = static_cast<unsigned>(std::bit_width(ns)) - (bits + 1);
        return shift * classes_a_power + (ns >> shift);
    }
    static constexpr std::uint64_t greatest_of(std::size_t at) noexcept {
        if (at < classes_a_power) return at;
        const std::size_t shift = at / classes_a_power - 1;
        return ((at - shift * classes_a_power + 1) << shift) - 1;  // wraps to the greatest of all
    }

    std::array<std::uint64_t, (64 - bits + 1) * classes_a_power> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace allot::bench

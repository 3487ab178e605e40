#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace allot {

/// How long to rest before a call that has failed is made again: twice as long each time, up to a
/// bound.
struct BackOff {
    enum class Jitter : std::uint8_t {
        none,
        full,  ///< a share of it, drawn each time: who failed together does not return together
    };
    std::chrono::milliseconds first{10};
    std::chrono::milliseconds most{10'000};
    Jitter jitter = Jitter::none;

    /// \param failures so many in a row, 1 or more.
    /// \param share what was drawn for it, 0..1; of no meaning without jitter.
    [[nodiscard]] std::chrono::milliseconds after(std::uint64_t failures, double share) const {
        constexpr std::uint64_t doublings_max = 40;  // enough for any bound, and no overflow
        auto rest = std::min(first, most);
        for (std::uint64_t i = 1; i < std::min(failures, doublings_max) && rest < most; ++i) {
            rest = std::min(2 * rest, most);
        }
        if (jitter == Jitter::none) return rest;
        return std::chrono::milliseconds{
            static_cast<std::int64_t>(share * static_cast<double>(rest.count()))};
    }
};

}  // namespace allot

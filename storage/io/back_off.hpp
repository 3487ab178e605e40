#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace allot {

/// The longest delay that RetryLater can request.
inline constexpr std::chrono::hours retry_later_max{1};

/// The exception of a call that failed and knows the earliest time at which a retry can succeed:
/// the store does not repeat the call before that, however short the back-off is.
class RetryLater : public std::runtime_error {
public:
    /// \param after from now on; at most retry_later_max counts.
    RetryLater(const std::string& why, std::chrono::seconds after)
        : std::runtime_error{why}, after_{std::min<std::chrono::seconds>(after, retry_later_max)} {}
    [[nodiscard]] std::chrono::seconds after() const noexcept { return after_; }

private:
    std::chrono::seconds after_;
};

/// Exponential back-off: the delay before a failed call is repeated doubles each time, up to a
/// bound.
struct BackOff {
    enum class Jitter : std::uint8_t {
        none,
        full,  ///< a random share of the delay, so that calls that failed together spread out
    };
    std::chrono::milliseconds first{10};
    std::chrono::milliseconds most{10'000};
    Jitter jitter = Jitter::none;

    /// \param failures in a row, 1 or more.
    /// \param share random, 0..1; ignored without jitter.
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

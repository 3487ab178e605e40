#pragma once

#include <chrono>
#include <utility>

#include "net/core/latency_histogram.hpp"
#include "net/core/slow_log.hpp"

namespace allot {

/// The times that a server takes. Reads the clock once per lap; a lap ends where the next begins.
class Timings {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// The clock. Null: nothing is timed, as in a simulation, which must not depend on the time.
    Time (*clock)() noexcept = nullptr;

    [[nodiscard]] bool are_taken() const noexcept { return clock != nullptr; }
    /// Begins a lap. \param at read just now.
    void begin(Time at) noexcept { lap_ = at; }
    /// \return the duration of the lap that ends now; the next one begins.
    [[nodiscard]] std::chrono::nanoseconds lap() noexcept {
        if (!are_taken()) return {};
        const Time now = clock();
        return now - std::exchange(lap_, now);
    }
    /// The end of the last lap.
    [[nodiscard]] Time lap_end() const noexcept { return lap_; }

    LatencyHistogram resp;     ///< from reading a command of RESP to its reply
    LatencyHistogram http;     ///< from reading a request over HTTP to its reply
    LatencyHistogram durable;  ///< from a reply until the facts it waits for are durable
    SlowLog slow;

private:
    Time lap_{};
};

}  // namespace allot

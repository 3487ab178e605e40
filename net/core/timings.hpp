#pragma once

#include <chrono>
#include <utility>

#include "net/core/latency_histogram.hpp"
#include "net/core/slow_log.hpp"

namespace allot {

/// How long a server takes. Reads the clock once per lap; a lap ends where the next begins.
class Timings {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// What the time is. Null: nothing is timed, as in a simulation, which must not depend on it.
    Time (*clock)() noexcept = nullptr;

    [[nodiscard]] bool are_taken() const noexcept { return clock != nullptr; }
    /// The next lap begins. \param at read just now.
    void begin(Time at) noexcept { lap_ = at; }
    /// \return how long the lap took that ends now, and the next one begins.
    [[nodiscard]] std::chrono::nanoseconds lap() noexcept {
        if (!are_taken()) return {};
        const Time now = clock();
        return now - std::exchange(lap_, now);
    }
    /// When the last lap ended.
    [[nodiscard]] Time lap_end() const noexcept { return lap_; }

    LatencyHistogram resp;     ///< commands of RESP, from being read to their reply
    LatencyHistogram http;     ///< requests over HTTP, likewise
    LatencyHistogram durable;  ///< replies that wait for the journal, until they may go
    SlowLog slow;

private:
    Time lap_{};
};

}  // namespace allot

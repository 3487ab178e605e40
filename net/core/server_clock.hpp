#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace allot {

/// The clock of the sessions of one server. The thread that drives them sets it before each slice,
/// so that a simulation controls the time.
struct ServerClock {
    using Time = std::chrono::steady_clock::time_point;

    Time now{};
    Time started{};
    std::int64_t unix_time = 0;     ///< seconds since 1970
    std::int64_t unix_started = 0;  ///< likewise
    std::string http_date;          ///< the time of day as HTTP writes it; empty: no Date field
};

}  // namespace allot

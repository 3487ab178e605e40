#pragma once

#include <string>

#include "benchmarks/histogram.hpp"
#include "benchmarks/stopwatch.hpp"

namespace allot::bench {

/// Reports, in microseconds, `<phase>_us_p50` and other percentiles and, for a plot,
/// `<phase>_us_1in<n>`, which one value in n exceeds, for the powers of two up to the number of
/// values.
inline void report_latency(const std::string& phase, const Histogram& latency) {
    const auto tell = [&](const std::string& name, std::uint64_t ns) {
        report((phase + "_us_" + name).c_str(), static_cast<double>(ns) * 1e-3);
    };
    tell("p50", latency.at(0.5));
    tell("p99", latency.at(0.99));
    tell("p99.9", latency.at(0.999));
    tell("p99.99", latency.at(0.9999));
    tell("max", latency.max());
    for (std::uint64_t n = 1; n <= latency.count(); n *= 2) {
        tell("1in" + std::to_string(n), latency.at(1.0 - 1.0 / static_cast<double>(n)));
    }
}

}  // namespace allot::bench

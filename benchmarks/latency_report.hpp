#pragma once

#include <string>

#include "benchmarks/histogram.hpp"
#include "benchmarks/stopwatch.hpp"

namespace allot::bench {

/// Reports, in microseconds, `<phase>_us_p50` and other percentiles and, for a plot,
/// `<phase>_us_1in<n>`, which one value in n exceeds, for the powers of two up to the number of
/// values.
inline void report_latency(const std::string& phase, const Histogram& latency) {
    const auto print = [&](const std::string& name, std::uint64_t ns) {
        report((phase + "_us_" + name).c_str(), static_cast<double>(ns) * 1e-3);
    };
    print("p50", latency.at(0.5));
    print("p99", latency.at(0.99));
    print("p99.9", latency.at(0.999));
    print("p99.99", latency.at(0.9999));
    print("max", latency.max());
    for (std::uint64_t n = 1; n <= latency.count(); n *= 2) {
        print("1in" + std::to_string(n), latency.at(1.0 - 1.0 / static_cast<double>(n)));
    }
}

}  // namespace allot::bench

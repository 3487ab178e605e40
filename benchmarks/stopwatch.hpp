#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <string_view>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS static_cast<void>(0)
#define CALLGRIND_DUMP_STATS static_cast<void>(0)
#endif

namespace allot::bench {

using Steady = std::chrono::steady_clock;

inline double seconds_since(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}

/// The user and system time of all threads of this process, in seconds.
inline double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Prints a measured value for the runner: a line `name value`.
inline void report(std::string_view name, double value) {
    std::printf("%.*s %.9g\n", static_cast<int>(name.size()), name.data(), value);
}

/// The wall time and processor time since its construction, by operation. callgrind counts the
/// instructions of the same part of the program.
class Stopwatch {
public:
    Stopwatch() { CALLGRIND_ZERO_STATS; }
    void report_operations(double operations) const {
        CALLGRIND_DUMP_STATS;
        const double wall = seconds_since(begin_);
        report("operations_per_second", operations / wall);
        report("cpu_ns_per_operation", (cpu_seconds() - cpu_begin_) / operations * 1e9);
    }

private:
    Steady::time_point begin_ = Steady::now();
    double cpu_begin_ = cpu_seconds();
};

}  // namespace allot::bench

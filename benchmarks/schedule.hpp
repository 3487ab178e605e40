#pragma once

#include <cstddef>
#include <cstdint>

#include "benchmarks/stopwatch.hpp"

namespace allot::bench {

/// The times at which operations are due: at equal intervals, the first at once.
class Schedule {
public:
    explicit Schedule(double a_second) : ns_apart_{1e9 / a_second} {}
    /// The time from the beginning until the operation is due.
    [[nodiscard]] std::int64_t due_ns(std::size_t operation) const noexcept {
        return static_cast<std::int64_t>(static_cast<double>(operation) * ns_apart_);
    }
    /// The time since the beginning.
    [[nodiscard]] std::int64_t now_ns() const {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - begin_).count();
    }

private:
    double ns_apart_;
    Steady::time_point begin_ = Steady::now();
};

}  // namespace allot::bench

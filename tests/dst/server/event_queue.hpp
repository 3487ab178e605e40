#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace allot::testing {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::microseconds;

/// The future events of a simulation, whose time advances from one event to the next. Events of the
/// same time happen in the order in which they were planned.
class EventQueue {
public:
    [[nodiscard]] Time now() const noexcept { return now_; }
    void after(Duration delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
    void at(Time when, std::function<void()> what) {
        events_.emplace(std::pair{std::max(when, now_), ++planned_}, std::move(what));
    }
    /// \return false when there is no event left.
    bool run_next() {
        if (events_.empty()) return false;
        auto next = events_.extract(events_.begin());
        now_ = next.key().first;
        next.mapped()();
        return true;
    }
    void clear() { events_.clear(); }

private:
    Time now_{std::chrono::hours{1}};
    std::uint64_t planned_ = 0;
    std::map<std::pair<Time, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace allot::testing

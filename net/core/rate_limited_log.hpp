#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace allot {

/// Logs errors of clients, at most lines_max lines a minute. The first line of a minute has the
/// number of lines left out in the minute before.
class RateLimitedLog {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Write = std::function<void(std::string_view)>;
    static constexpr std::size_t lines_max = 10;
    static constexpr std::chrono::minutes window{1};

    /// \param write empty: nothing is logged.
    explicit RateLimitedLog(Write write = {}) : write_{std::move(write)} {}

    /// \param text printable, whatever a client sent.
    void log(Time now, std::string text) {
        if (!write_) return;
        if (now - began_ >= window) {
            if (lines_ > lines_max) {
                text += " (" + std::to_string(lines_ - lines_max) + " before it were not logged)";
            }
            lines_ = 0;
            began_ = now;
        }
        if (++lines_ <= lines_max) write_(text);
    }

private:
    Write write_;
    Time began_{};
    std::size_t lines_ = 0;  // in the window, or left out
};

}  // namespace allot

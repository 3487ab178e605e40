#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

namespace allot::program {

/// Moves a terminal's cursor to the beginning of the line, and empties the line.
inline constexpr std::string_view clear_line = "\r\x1b[K";

/// Shows the progress of a long operation in one line of a terminal, which it clears at its end. It
/// draws at most ten times a second, and not in the first tenth of a second. Not thread-safe.
class ProgressBar {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;
    static constexpr std::chrono::milliseconds interval{100};

    /// \param visible false: shows nothing, because no terminal shows it.
    ProgressBar(std::ostream& to, bool visible, Now now = std::chrono::steady_clock::now);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// \param done of `total`, in any unit.
    void update(std::string_view what, std::uint64_t done, std::uint64_t total);

private:
    std::ostream& to_;
    Now now_;
    std::chrono::steady_clock::time_point next_;
    bool visible_;
    bool drawn_ = false;
};

}  // namespace allot::program

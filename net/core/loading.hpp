#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace allot {

/// The progress of opening a store: set by the thread that opens it, read by the server that
/// listens meanwhile. Every member function may be called from any thread.
class Loading {
public:
    struct Step {
        std::string what = "opening the store";
        std::uint64_t done = 0;   ///< in the same unit as `total`
        std::uint64_t total = 0;  ///< 0: not known yet

        /// Returns whole percents, 0..100.
        [[nodiscard]] std::uint64_t percent() const noexcept {
            return total == 0 ? 0 : std::min(done, total) * 100 / total;
        }
        /// Returns `replaying journal, 42 %`.
        [[nodiscard]] std::string text() const {
            return what + ", " + std::to_string(percent()) + " %";
        }
    };

    void update(std::string_view what, std::uint64_t done, std::uint64_t total) {
        const std::scoped_lock lock{mutex_};
        step_.what = what;
        step_.done = done;
        step_.total = total;
    }
    [[nodiscard]] Step step() const {
        const std::scoped_lock lock{mutex_};
        return step_;
    }

private:
    mutable std::mutex mutex_;
    Step step_;
};

}  // namespace allot

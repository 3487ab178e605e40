#pragma once

#include <cstdint>
#include <string>

#include "tests/dst/disk/simulated_disk.hpp"
#include "tests/dst/server/event_queue.hpp"

namespace allot::testing {

/// The random decisions of a simulation, drawn from one seed.
class Rng {
public:
    explicit Rng(std::uint64_t seed) : random_{seed} {}
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    [[nodiscard]] bool one_in(std::uint64_t times) { return below(times) == 0; }
    /// Mostly short, sometimes as long as `most`.
    [[nodiscard]] Duration delay(Duration most) {
        const auto bound = static_cast<std::uint64_t>(most.count());
        return Duration{static_cast<std::int64_t>(below(one_in(8) ? bound : bound / 16 + 1))};
    }
    [[nodiscard]] std::string numbered(const char* what, std::uint64_t bound) {
        return what + std::to_string(below(bound));
    }
    [[nodiscard]] Random& random() noexcept { return random_; }

private:
    Random random_;
};

}  // namespace allot::testing

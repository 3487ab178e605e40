#pragma once

#include <cstdint>

#include "tests/commands/chance.hpp"
#include "tests/dst/server/event_queue.hpp"

namespace allot::testing {

/// The random decisions of a simulation, drawn from one seed.
class Rng final : public Chance {
public:
    explicit Rng(std::uint64_t seed) : random_{seed} {}
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) override { return random_() % bound; }
    /// Mostly short, sometimes as long as `most`.
    [[nodiscard]] Duration delay(Duration most) {
        const auto bound = static_cast<std::uint64_t>(most.count());
        return Duration{static_cast<std::int64_t>(below(one_in(8) ? bound : bound / 16 + 1))};
    }
    [[nodiscard]] Random& random() noexcept { return random_; }

private:
    Random random_;
};

}  // namespace allot::testing

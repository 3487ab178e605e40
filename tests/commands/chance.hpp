#pragma once

#include <cstdint>
#include <random>

namespace allot::testing {

using Random = std::mt19937_64;

/// What decides at random: a seed or, in tests/commands/step.hpp, RapidCheck, which shrinks
/// what was decided to the least that still breaks a property. So 0 is to mean what is simplest.
class Chance {
public:
    virtual ~Chance() = default;
    /// 0 to bound - 1, each as likely.
    [[nodiscard]] virtual std::uint64_t below(std::uint64_t bound) = 0;
    [[nodiscard]] bool one_in(std::uint64_t times) { return below(times) + 1 == times; }
};

class SeededChance final : public Chance {
public:
    explicit SeededChance(Random& random) : random_{random} {}
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) override { return random_() % bound; }

private:
    Random& random_;
};

}  // namespace allot::testing

#pragma once

#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <ostream>

#include "tests/commands/play.hpp"

namespace allot::testing {

/// RapidCheck decides. By itself it would draw little at first, and prefer what is small.
class ShrinkingChance final : public Chance {
public:
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) override {
        return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(0, bound));
    }
};

/// One thing that is done to an engine.
struct Act {
    Unit unit;
    bool whole = false;  ///< a transaction of which all happens or nothing

    static Act draw(Chance& chance) {
        Commands commands{chance, skus_drawn, of_engine};
        return {commands.draw(), chance.one_in(3)};
    }
};

/// One thing that happens to a store.
struct Step {
    enum class Kind : std::uint8_t { act, again, snapshot, restart, kill, power_cut };
    static constexpr std::array<std::uint64_t, 6> weights{80, 6, 3, 2, 2, 2};
    static constexpr std::array names{"", "again", "snapshot", "restart", "kill", "power cut"};

    Kind kind{};
    Act act = {};              ///< where that is its kind
    bool waits = true;         ///< until it is durable
    std::uint64_t damage = 0;  ///< the seed of what a power cut leaves

    static Step draw(Chance& chance) {
        std::uint64_t drawn = chance.below(95);
        std::size_t kind = 0;
        for (; drawn >= weights.at(kind); ++kind) drawn -= weights.at(kind);
        Step step{.kind = static_cast<Kind>(kind)};
        if (step.kind == Kind::act) step.act = Act::draw(chance);
        step.waits = !chance.one_in(3);
        step.damage = chance.below(1U << 31U);
        return step;
    }
};

inline void showValue(const Act& act, std::ostream& out) {
    for (const Words& words : act.unit) out << text_of(words) << "; ";
    out << (act.unit.size() > 1 && act.whole ? "or nothing\n" : "\n");
}

inline void showValue(const Step& step, std::ostream& out) {
    if (step.kind == Step::Kind::act) return showValue(step.act, out);
    out << Step::names.at(static_cast<std::size_t>(step.kind)) << '\n';
}

}  // namespace allot::testing

template <class T>
    requires requires(allot::testing::Chance& chance) { T::draw(chance); }
struct rc::Arbitrary<T> {
    static Gen<T> arbitrary() {
        return gen::exec([] {
            allot::testing::ShrinkingChance chance;
            return T::draw(chance);
        });
    }
};

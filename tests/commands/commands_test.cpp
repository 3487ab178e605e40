// What is drawn: each command of the server, or a reason why not, and often enough.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "net/commands/registry.hpp"
#include "tests/commands/step.hpp"
#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_the_commands_of_the_server)

BOOST_AUTO_TEST_CASE(when_commands_are_drawn_then_each_has_a_weight_or_a_reason_to_have_none) {
    for (const CommandSpec& spec : command_table()) {
        const auto weighed = std::ranges::count(weights(), spec.name, &Weight::verb);
        const auto excused = std::ranges::count_if(undrawn(), [&](const Undrawn& some) {
            return std::ranges::count(some.verbs, spec.name) != 0;
        });
        BOOST_TEST(weighed + excused == 1,
                   spec.name << " needs a weight in tests/commands/commands.cpp, or a reason");
    }
    std::size_t excused = 0;
    for (const Undrawn& some : undrawn()) excused += some.verbs.size();
    const std::size_t no_command = 1;
    BOOST_TEST(weights().size() + excused == command_table().size() + no_command);
    BOOST_TEST(command_table().find(weights().back().verb) == nullptr);
}

BOOST_AUTO_TEST_CASE(when_the_engine_is_given_many_then_each_and_each_refusal_comes) {
    Random random{1};
    SeededChance chance{random};
    rc::Random seed{1};
    for (const bool shrinks : {false, true}) {  // there even of the least size
        Tally tally;
        for (int stores = 0; stores < 20; ++stores) {
            EngineFixture shop;
            for (int i = 0; i < 150; ++i) {
                const Act act = shrinks ? rc::gen::arbitrary<Act>()(seed.split(), 0).value()
                                        : Act::draw(chance);
                count(tally, act.unit, play(act.unit, shop.bus, act.whole));
            }
        }
        BOOST_TEST_MESSAGE(tally.text());
        std::vector<std::string> expected{"EXEC", "DISCARD"};
        for (const Weight& weight : weights()) {
            if (of_engine(weight.verb, true)) expected.emplace_back(weight.verb);
        }
        for (const Refusal refusal : refusals_met) expected.emplace_back(to_string(refusal));
        for (const auto& what : expected) BOOST_TEST(tally[what] > 9U, what << ": " << tally[what]);
    }
}

BOOST_AUTO_TEST_SUITE_END()

// Random histories: the engine against the naive model, and against its own rules.
#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "tests/commands/step.hpp"
#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_any_history)

// After every command, for every batch, what is allocated and what is available add up.
RC_BOOST_PROP(when_a_history_is_played_then_every_answer_and_state_is_the_naive_models,
              (const std::vector<Act>& acts)) {
    EngineFixture shop;
    NaiveModel model;
    for (const Act& act : acts) {
        const std::size_t units = shop.journal.units;
        const Lsn before = model.facts;
        const auto state = state_hash(shop.repository);
        const Played expected = play(act.unit, model, act.whole);
        RC_ASSERT(play(act.unit, shop.bus, act.whole) == expected);
        RC_ASSERT(shop.journal.last() == model.facts);
        RC_ASSERT(shop.journal.units - units == (model.facts == before ? 0U : 1U));
        RC_ASSERT(model.facts != before || state_hash(shop.repository) == state);
        RC_ASSERT(describe(shop.repository) == describe(model));
        RC_ASSERT(violations(shop.repository).empty());
    }
}

RC_BOOST_PROP(when_its_facts_are_applied_then_they_give_the_same_state,
              (const std::vector<Act>& acts)) {
    EngineFixture shop;
    for (const Act& act : acts) (void)play(act.unit, shop.bus, act.whole);
    shop.read_facts();
    Repository replayed{2};
    Lsn lsn = 0;
    for (const Fact& fact : shop.facts) {
        Product* product = replayed.find(sku_of(fact));
        if (product == nullptr) product = &replayed.add(sku_of(fact));
        RC_ASSERT(product->apply(fact, ++lsn));
        product->set_current_to(shop.repository.find(sku_of(fact))->current_to());
    }
    RC_ASSERT(state_hash(replayed) == state_hash(shop.repository));
    RC_ASSERT(shortages({}, replayed).value() == shortages({}, shop.repository).value());
}

RC_BOOST_PROP(when_a_unit_is_not_committed_then_the_state_is_as_before,
              (const std::vector<Act>& acts, const std::vector<Act>& uncommitted)) {
    EngineFixture shop;
    for (const Act& act : acts) (void)play(act.unit, shop.bus, act.whole);
    const auto before = state_hash(shop.repository);
    {
        MessageBus::Transaction all{shop.bus};
        for (const Act& act : uncommitted) {
            if (act.unit.size() == 1) (void)play(act.unit, shop.bus);
        }
    }
    RC_ASSERT(state_hash(shop.repository) == before);
    RC_ASSERT(violations(shop.repository).empty());
}

BOOST_AUTO_TEST_SUITE_END()

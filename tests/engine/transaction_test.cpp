// Several commands as one unit.
#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(given_a_transaction_on_the_bus)

BOOST_FIXTURE_TEST_CASE(when_commands_join_it_then_they_are_one_record_of_the_journal,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    MessageBus::Transaction unit{bus};
    BOOST_TEST(bus.handle(Allocate{line("o1", "SPOON", 4)}).lsn == 2U);
    BOOST_TEST(bus.handle(Allocate{line("o2", "SPOON", 7)}).lsn == 3U);  // its shortage
    BOOST_TEST(bus.handle(Allocate{line("o3", "SPOON", 6)}).lsn == 4U);
    BOOST_TEST(journal.last() == 1U);
    BOOST_TEST(unit.commit() == 4U);
    BOOST_TEST(journal.units == 2U);
    BOOST_TEST((allocations("o3") == Strings{"SPOON 6 b1"}));
    BOOST_TEST((shortages() == Strings{"o2 SPOON 7 3"}));
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_not_committed_then_it_leaves_no_trace,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    allocate("o0", "SPOON", 99);
    const auto before = state_hash(repository);
    {
        MessageBus::Transaction unit{bus};
        BOOST_TEST(allocate("o1", "SPOON", 4) == "b1");
        BOOST_TEST(add_batch("b2", "NEW", 5) == "ok");
        BOOST_TEST(allocate("o1", "NEW", 6) == "out of stock");
        BOOST_TEST(deallocate("o0", "SPOON", 99) == 0U);
        BOOST_TEST(set_quantity("b1", 0) == "1");
    }
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(journal.units == 2U);
    BOOST_TEST(allocate("o1", "SPOON", 4) == "b1");  // a unit of its own again
    BOOST_TEST(journal.units == 3U);
}

BOOST_FIXTURE_TEST_CASE(when_one_of_its_commands_throws_then_earlier_changes_stand, EngineFixture) {
    add_batch("b1", "SPOON", 10);
    MessageBus::Transaction unit{bus};
    allocate("o1", "SPOON", 4);
    const auto fail = [&](UnitOfWork& work) -> Result<void> {
        (void)handle(Allocate{line("o2", "SPOON", 5)}, work);
        (void)handle(AddBatch{"b2", "NEW", 5}, work);
        throw std::runtime_error{"the roof is on fire"};
    };
    BOOST_CHECK_THROW((void)bus.transact(fail), std::runtime_error);
    BOOST_TEST(repository.find("NEW") == nullptr);
    unit.commit();
    BOOST_TEST(available("b1") == 6);
    BOOST_TEST(journal.last() == 2U);
}

BOOST_FIXTURE_TEST_CASE(
    when_one_of_its_new_skus_is_refused_then_it_is_removed_and_can_be_added_again, EngineFixture) {
    MessageBus::Transaction unit{bus};
    BOOST_TEST(add_batch("b1", "OLD", 5) == "ok");
    const auto refused = bus.transact([](UnitOfWork& work) -> Result<void> {
        (void)handle(AddBatch{"b2", "NEW", 5}, work);
        return Refusal::version_conflict;
    });
    BOOST_TEST(refused.result.has_error());
    BOOST_TEST(allocate("o1", "NEW", 1) == "unknown SKU");
    BOOST_TEST(add_batch("b2", "NEWER", 5) == "ok");
    unit.commit();
    BOOST_TEST(repository.size() == 2U);
    BOOST_TEST(version("NEWER") == 1U);
    BOOST_TEST(violations(repository).empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_unit_that_is_refused_as_a_whole)

BOOST_FIXTURE_TEST_CASE(when_the_refused_line_was_held_before_the_unit_then_no_shortage_is_left,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    allocate("o1", "SPOON", 10);
    const auto before = state_hash(repository);
    // The line is released, another line takes its stock, and then it is requested again.
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<BatchRef> {
        (void)handle(Deallocate{"o1"}, work);
        (void)handle(Allocate{line("o2", "SPOON", 1)}, work);
        return handle(Allocate{line("o1", "SPOON", 10)}, work);
    });
    BOOST_TEST((answer.result.error() == Refusal::out_of_stock));
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(journal.last() == 2U);
    BOOST_TEST(violations(repository).empty());
}

BOOST_FIXTURE_TEST_CASE(when_part_and_whole_are_refused_then_the_shortage_is_that_of_the_whole,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<BatchRef> {
        const auto part = work.attempt(
            [](UnitOfWork& within) { return handle(Allocate{line("o1", "SPOON", 11)}, within); });
        BOOST_TEST(part.has_error());
        BOOST_TEST(work.facts().size() == 1U);
        return handle(Allocate{line("o2", "SPOON", 12)}, work);
    });
    BOOST_TEST(answer.result.has_error());
    BOOST_TEST((shortages() == Strings{"o2 SPOON 12 2"}));
}

BOOST_FIXTURE_TEST_CASE(when_an_earlier_part_ran_short_then_a_later_refusal_records_no_shortage,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto answer = bus.transact([](UnitOfWork& work) -> Result<void> {
        (void)handle(Allocate{line("o1", "SPOON", 11)}, work);
        return work.attempt([](UnitOfWork&) -> Result<void> { return Refusal::out_of_stock; });
    });
    BOOST_TEST(answer.result.has_error());
    BOOST_TEST(shortages().empty());
}

BOOST_FIXTURE_TEST_CASE(when_the_unit_expects_that_a_sku_is_not_there_then_it_may_be_the_first,
                        EngineFixture) {
    const auto expect_none = [&] {
        return bus
            .transact([](UnitOfWork& work) -> Result<void> {
                const auto expected = work.expect("NEW", 0);
                return expected ? handle(AddBatch{"b1", "NEW", 5}, work) : expected;
            })
            .result;
    };
    BOOST_TEST(expect_none().has_value());
    BOOST_TEST((expect_none() == Result<void>{Refusal::version_conflict}));
}

BOOST_AUTO_TEST_SUITE_END()

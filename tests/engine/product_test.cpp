#include <boost/test/unit_test.hpp>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;

BOOST_AUTO_TEST_SUITE(given_warehouse_stock_and_shipments)

BOOST_FIXTURE_TEST_CASE(when_warehouse_and_shipment_can_serve_then_the_warehouse_does,
                        EngineFixture) {
    add_batch("shipment", "RETRO-CLOCK", 100, tomorrow);
    add_batch("in-stock", "RETRO-CLOCK", 100);
    allocate("oref", "RETRO-CLOCK", 10);
    BOOST_TEST(available("in-stock") == 90);
    BOOST_TEST(available("shipment") == 100);
}

BOOST_FIXTURE_TEST_CASE(when_only_shipments_can_serve_then_the_earliest_does, EngineFixture) {
    add_batch("normal", "MINIMALIST-SPOON", 100, tomorrow);
    add_batch("speedy", "MINIMALIST-SPOON", 100, today);
    add_batch("slow", "MINIMALIST-SPOON", 100, later);
    allocate("order1", "MINIMALIST-SPOON", 10);
    BOOST_TEST(available("speedy") == 90);
    BOOST_TEST(available("normal") == 100);
    BOOST_TEST(available("slow") == 100);
}

BOOST_FIXTURE_TEST_CASE(when_a_line_is_allocated_then_the_answer_is_the_batch, EngineFixture) {
    add_batch("shipment", "HIGHBROW-POSTER", 100, tomorrow);
    add_batch("in-stock", "HIGHBROW-POSTER", 100);
    BOOST_TEST(allocate("oref", "HIGHBROW-POSTER", 10) == "in-stock");
}

BOOST_FIXTURE_TEST_CASE(when_no_batch_can_serve_then_it_is_refused_and_a_shortage_recorded,
                        EngineFixture) {
    add_batch("batch1", "SMALL-FORK", 10, today);
    allocate("order1", "SMALL-FORK", 10);
    BOOST_TEST(allocate("order2", "SMALL-FORK", 1) == "out of stock");
    BOOST_TEST((facts.back() == Fact{OutOfStock{line("order2", "SMALL-FORK", 1)}}));
}

BOOST_FIXTURE_TEST_CASE(when_a_line_is_allocated_then_the_fact_says_where, EngineFixture) {
    add_batch("batch", "RETRO-LAMPSHADE", 100);
    allocate("oref", "RETRO-LAMPSHADE", 10);
    BOOST_TEST((facts.back() == Fact{LineAllocated{line("oref", "RETRO-LAMPSHADE", 10), "batch"}}));
}

BOOST_FIXTURE_TEST_CASE(when_stock_changes_then_the_version_rises_by_one, EngineFixture) {
    for (int i = 0; i < 7; ++i) add_batch("b" + std::to_string(i), "SCANDI-PEN", 10);
    BOOST_TEST(version("SCANDI-PEN") == 7U);
    allocate("oref", "SCANDI-PEN", 10);
    BOOST_TEST(version("SCANDI-PEN") == 8U);
    const auto before = state_hash(repository);
    const Lsn lsn = journal.last();
    BOOST_TEST(allocate("oref", "SCANDI-PEN", 11) == "out of stock");
    BOOST_TEST(version("SCANDI-PEN") == 8U);
    BOOST_TEST(journal.last() == lsn + 1);                   // the shortage
    BOOST_TEST(deallocate("oref", "SCANDI-PEN", 11) == 0U);  // withdrawn
    BOOST_TEST(version("SCANDI-PEN") == 8U);
    repository.find("SCANDI-PEN")->set_current_to(lsn);
    BOOST_TEST(state_hash(repository) == before);
}

BOOST_FIXTURE_TEST_CASE(when_etas_tie_then_the_batch_added_first_serves, EngineFixture) {
    add_batch("z-first", "SPOON", 5, today);
    add_batch("a-second", "SPOON", 5, today);
    BOOST_TEST(allocate("o1", "SPOON", 5) == "z-first");
    BOOST_TEST(allocate("o2", "SPOON", 5) == "a-second");
}

BOOST_FIXTURE_TEST_CASE(when_the_preferred_batch_is_too_small_then_it_is_passed_over,
                        EngineFixture) {
    add_batch("small", "SPOON", 5);
    add_batch("large", "SPOON", 50, later);
    BOOST_TEST(allocate("o1", "SPOON", 6) == "large");
    BOOST_TEST(available("small") == 5);
}

BOOST_FIXTURE_TEST_CASE(when_a_shipment_is_received_then_it_keeps_its_lines_and_ranks_first,
                        EngineFixture) {
    add_batch("early", "SPOON", 10, today);
    add_batch("late", "SPOON", 10, later);
    allocate("o1", "SPOON", 8);
    allocate("o2", "SPOON", 8);
    BOOST_TEST(reschedule("late", {}) == "ok");
    BOOST_TEST(allocate("o3", "SPOON", 2) == "late");
    BOOST_TEST(available("late") == 0);
    BOOST_TEST(version("SPOON") == 6U);
    BOOST_TEST(reschedule("late", {}) == "ok");  // as it was: no fact
    BOOST_TEST(version("SPOON") == 6U);
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include "tests/engine/engine_fixture.hpp"

using namespace allot;
using namespace allot::testing;
using Strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(given_lines_of_orders)

BOOST_FIXTURE_TEST_CASE(when_a_line_comes_again_then_its_batch_is_named_again, EngineFixture) {
    add_batch("stock", "SPOON", 15);
    add_batch("shipment", "SPOON", 100, today);
    const Lsn before = journal.last();
    BOOST_TEST(allocate("o1", "SPOON", 10) == "stock");
    BOOST_TEST(allocate("o1", "SPOON", 10) == "stock");
    BOOST_TEST(available("stock") == 5);
    BOOST_TEST(available("shipment") == 100);
    BOOST_TEST(journal.last() == before + 1);
    // Another quantity is another line.
    BOOST_TEST(allocate("o1", "SPOON", 11) == "shipment");
}

BOOST_FIXTURE_TEST_CASE(when_an_order_has_many_lines_then_each_is_found_again, EngineFixture) {
    add_batch("b1", "sku", 10'000);
    add_batch("b2", "other", 10'000);
    for (const int lines : {1, 7, 8, 9, 20}) {
        const std::string order = "order-" + std::to_string(lines);
        for (int round = 0; round < 2; ++round) {
            facts.clear();
            for (int units = 1; units <= lines; ++units) {
                BOOST_TEST(allocate(order, "sku", units) == "b1");
                BOOST_TEST(allocate(order, "other", units) == "b2");
            }
            BOOST_TEST(facts.size() == (round == 0 ? 2U * static_cast<unsigned>(lines) : 0U));
        }
        for (int units = 1; units <= lines; units += 2) {
            const OrderLine gone = line(order, "sku", units);
            BOOST_TEST(run(Deallocate{gone.order, gone.sku, gone.quantity}).value() == 1U);
        }
        facts.clear();
        for (int units = 1; units <= lines; ++units) {
            allocate(order, "sku", units);
            allocate(order, "other", units);
        }
        BOOST_TEST(facts.size() == static_cast<unsigned>((lines + 1) / 2));
        const auto all = run(Deallocate{OrderId::of(order).value()});
        BOOST_TEST(all.value() == 2U * static_cast<unsigned>(lines));
        BOOST_TEST(std::as_const(repository).ledger().order_count() == 0U);
    }
}

BOOST_FIXTURE_TEST_CASE(when_two_lines_of_an_order_exceed_the_stock_together_then_none_is_allocated,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    const auto before = stock_hash(repository);
    const OrderResult answer = run(AllocateOrder{"o1", {{"SPOON", 6}, {"SPOON", 5}}});
    BOOST_TEST((answer == OrderResult{RefusedLine{Refusal::out_of_stock, 1}}));
    BOOST_TEST(available("b1") == 10);
    BOOST_TEST(allocations("o1").empty());
    repository.find("SPOON")->set_current_to(1);
    BOOST_TEST(stock_hash(repository) == before);
    // Two equal lines are one.
    BOOST_TEST(run(AllocateOrder{"o1", {{"SPOON", 6}, {"SPOON", 6}}}).value().size() == 2U);
    BOOST_TEST(available("b1") == 4);
}

BOOST_FIXTURE_TEST_CASE(when_a_released_line_finds_no_batch_then_it_is_recorded_as_short,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    allocate("o1", "SPOON", 4);
    allocate("o2", "SPOON", 6);
    BOOST_TEST(set_quantity("b1", 5) == "1");
    BOOST_TEST(available("b1") == 1);
    BOOST_TEST(allocations("o2").empty());
    BOOST_TEST(allocations("o1") == Strings{"SPOON 4 b1"});
    BOOST_TEST((facts.back() == Fact{OutOfStock{line("o2", "SPOON", 6)}}));
    BOOST_TEST(set_quantity("b1", 0) == "1");
    BOOST_TEST(available("b1") == 0);
    BOOST_TEST(allocations("o1").empty());
}

BOOST_FIXTURE_TEST_CASE(when_a_shrunk_batch_has_units_left_then_a_small_line_returns_to_it,
                        EngineFixture) {
    add_batch("b1", "SPOON", 10);
    allocate("o1", "SPOON", 2);
    allocate("o2", "SPOON", 7);
    allocate("o3", "SPOON", 1);
    // Two lines are released: o3, then o2. Then o2 is too large, and o3 fits again.
    BOOST_TEST(set_quantity("b1", 4) == "2");
    BOOST_TEST(allocations("o3") == Strings{"SPOON 1 b1"});
    BOOST_TEST(allocations("o2").empty());
    BOOST_TEST(available("b1") == 1);
}

BOOST_FIXTURE_TEST_CASE(when_an_order_is_explained_then_the_announced_batch_takes_the_line,
                        EngineFixture) {
    add_batch("small", "SPOON", 5);
    add_batch("right", "SPOON", 50, today);
    add_batch("spare", "SPOON", 50, later);
    const auto before = state_hash(repository);
    const Lsn lsn = journal.last();
    const auto plan = bus.explain({"o1", {{"SPOON", 6}, {"FORK", 1}, {"SPOON", 6}}});
    BOOST_TEST(state_hash(repository) == before);
    BOOST_TEST(journal.last() == lsn);

    BOOST_REQUIRE(plan.size() == 3U);
    BOOST_TEST(plan[0].outcome->view() == "right");
    std::vector<Verdict> verdicts;
    for (const Candidate& candidate : plan[0].candidates) verdicts.push_back(candidate.verdict);
    BOOST_TEST((verdicts == std::vector{Verdict::too_small, Verdict::chosen, Verdict::not_needed}));
    BOOST_TEST((plan[1].outcome.error() == Refusal::unknown_sku));
    BOOST_TEST((plan[2].candidates.at(0).verdict == Verdict::holds_the_line));
    BOOST_TEST(allocate("o1", "SPOON", 6) == plan[0].outcome->view());
}

BOOST_FIXTURE_TEST_CASE(when_part_of_an_order_is_deallocated_then_the_rest_stays, EngineFixture) {
    add_batch("b1", "SPOON", 100);
    add_batch("b2", "FORK", 100);
    allocate("o1", "SPOON", 1);
    allocate("o1", "SPOON", 2);
    allocate("o1", "FORK", 3);
    BOOST_TEST(run(Deallocate{"o1", Sku{"SPOON"}, Quantity{2}}).value() == 1U);
    BOOST_TEST(allocations("o1") == (Strings{"SPOON 1 b1", "FORK 3 b2"}));
    BOOST_TEST(run(Deallocate{"o1", Sku{"SPOON"}}).value() == 1U);
    BOOST_TEST(run(Deallocate{"o1"}).value() == 1U);
    BOOST_TEST(run(Deallocate{"o1"}).value() == 0U);
    BOOST_TEST(repository.ledger().order_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

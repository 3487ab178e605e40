#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/commands/stock_fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(given_stock_to_plan_with, allot::test::StockFixture)

BOOST_AUTO_TEST_CASE(when_a_plan_is_explained_then_each_candidate_is_a_line_and_nothing_changes) {
    BOOST_TEST(ask("EXPLAIN o SMALL-TABLE 30 NOPE 1 RED-CHAIR 6") ==
               "*6\r\n"
               "+o SMALL-TABLE 30: batch-2\r\n"
               "+  batch-1, warehouse, 20 available: too small\r\n"
               "+  batch-2, 2030-01-02, 100 available: chosen\r\n"
               "+o NOPE 1: Invalid sku NOPE\r\n"
               "+o RED-CHAIR 6: Out of stock for sku RED-CHAIR\r\n"
               "+  chairs, warehouse, 5 available: too small\r\n");
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE") == ":120\r\n");
    ask("ALLOCATE o SMALL-TABLE 3");
    BOOST_TEST(ask("EXPLAIN o SMALL-TABLE 3").find("holds the line already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_a_plan_would_be_huge_then_it_is_refused_before_it_is_made) {
    std::string request = "EXPLAIN o";
    for (int i = 0; i < 1000; ++i) request += " SMALL-TABLE " + std::to_string(i + 1);
    BOOST_TEST(ask(request).starts_with("*3000\r\n"));
    for (int i = 0; i < 9; ++i) ask("ADDBATCH more-" + std::to_string(i) + " SMALL-TABLE 1");
    BOOST_TEST(
        ask(request) ==
        "-ERR the plan has 11000 candidate batches; at most 10000 are explained at once\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

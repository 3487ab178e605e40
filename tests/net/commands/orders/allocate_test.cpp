#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/commands/stock_fixture.hpp"

using allot::ErrorCode;
using allot::test::framed;

BOOST_FIXTURE_TEST_SUITE(given_stock_to_allocate, allot::test::StockFixture)

BOOST_AUTO_TEST_CASE(when_a_line_is_allocated_then_the_reply_is_its_batch) {
    BOOST_TEST(ask("ALLOCATE order-1 SMALL-TABLE 2") == "+batch-1\r\n");
    BOOST_TEST(ask("allocate order-1 SMALL-TABLE 2") == "+batch-1\r\n");
    send(framed({"Allocate", "order-2", "SMALL-TABLE", "19"}));
    BOOST_TEST(take() == "$7\r\nbatch-2\r\n");
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE") == ":99\r\n");
}

BOOST_AUTO_TEST_CASE(when_an_order_of_several_lines_is_allocated_then_the_reply_is_their_batches) {
    BOOST_TEST(ask("ALLOCATE o SMALL-TABLE 20 RED-CHAIR 5 SMALL-TABLE 1") ==
               "*3\r\n+batch-1\r\n+chairs\r\n+batch-2\r\n");
}

BOOST_AUTO_TEST_CASE(when_one_line_of_an_order_is_refused_then_it_is_named_and_none_is_allocated) {
    BOOST_TEST(ask("ALLOCATE o SMALL-TABLE 2 RED-CHAIR 6") ==
               "-OUTOFSTOCK Out of stock for sku RED-CHAIR\r\n");
    BOOST_TEST(ask("ALLOCATE o SMALL-TABLE 2 BLUE-CHAIR 6") ==
               "-INVALIDSKU Invalid sku BLUE-CHAIR\r\n");
    BOOST_TEST(ask("ALLOCATIONS o") == "*0\r\n");
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE") == ":120\r\n");
}

BOOST_AUTO_TEST_CASE(when_no_batch_can_take_a_line_then_the_sku_is_named) {
    BOOST_TEST(ask("ALLOCATE o NOPE 1") == "-INVALIDSKU Invalid sku NOPE\r\n");
    BOOST_TEST(ask("ALLOCATE o SMALL-TABLE 101") ==
               "-OUTOFSTOCK Out of stock for sku SMALL-TABLE\r\n");
    BOOST_TEST(context.counters.of(ErrorCode::invalid_sku) == 1U);
    BOOST_TEST(context.counters.of(ErrorCode::out_of_stock) == 1U);
}

BOOST_AUTO_TEST_CASE(when_lines_are_deallocated_then_the_reply_counts_them) {
    ask("ALLOCATE o SMALL-TABLE 1 SMALL-TABLE 2 RED-CHAIR 3 SMALL-TABLE 4");
    BOOST_TEST(ask("DEALLOCATE o SMALL-TABLE 2") == ":1\r\n");
    BOOST_TEST(ask("DEALLOCATE o SMALL-TABLE 2") == ":0\r\n");
    BOOST_TEST(ask("DEALLOCATE o SMALL-TABLE") == ":2\r\n");
    BOOST_TEST(ask("DEALLOCATE o") == ":1\r\n");
    BOOST_TEST(ask("DEALLOCATE unknown") == ":0\r\n");
}

BOOST_AUTO_TEST_CASE(when_an_order_has_too_many_lines_then_it_is_refused) {
    std::string request = "ALLOCATE o";
    for (int i = 0; i < 1001; ++i) request += " SMALL-TABLE 1";
    BOOST_TEST(ask(request) == "-SYNTAX an order has 1 to 1000 lines, not 1001\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

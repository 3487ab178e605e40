#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/commands/stock_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

BOOST_FIXTURE_TEST_SUITE(given_batches_of_two_skus, allot::test::StockFixture)

BOOST_AUTO_TEST_CASE(when_a_batch_is_added_again_then_only_the_same_is_accepted) {
    BOOST_TEST(ask("ADDBATCH batch-1 SMALL-TABLE 20") == "+OK\r\n");
    BOOST_TEST(ask("ADDBATCH batch-1 SMALL-TABLE 20 warehouse") == "+OK\r\n");
    for (const std::string_view other :
         {"SMALL-TABLE 21", "SMALL-TABLE 20 2030-01-01", "RED-CHAIR 20"}) {
        BOOST_TEST(
            ask("ADDBATCH batch-1 " + std::string{other}) ==
            "-BATCHEXISTS Batch batch-1 is there already, with another SKU, quantity or ETA\r\n");
    }
}

BOOST_AUTO_TEST_CASE(when_a_batch_shrinks_then_the_reply_counts_the_lines_that_moved) {
    ask("ALLOCATE a SMALL-TABLE 10");
    ask("ALLOCATE b SMALL-TABLE 10");
    BOOST_TEST(ask("SETQTY batch-1 10") == ":1\r\n");
    BOOST_TEST(ask("ALLOCATIONS b") == "*1\r\n*3\r\n+SMALL-TABLE\r\n:10\r\n+batch-2\r\n");
    BOOST_TEST(ask("SETQTY batch-1 0") == ":1\r\n");
    BOOST_TEST(ask("SETQTY nope 1") == "-NOSUCHBATCH No batch nope\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_batch_is_queried_then_the_reply_has_its_units_and_day) {
    ask("ALLOCATE a SMALL-TABLE 10");
    BOOST_TEST(ask("BATCH batch-1") ==
               "*8\r\n+purchased\r\n:20\r\n+available\r\n:10\r\n+allocated\r\n:10\r\n+eta\r\n"
               "+warehouse\r\n");
    ask("RESCHEDULE batch-1 2031-05-06");
    BOOST_TEST(ask("BATCH batch-1").ends_with("+eta\r\n+2031-05-06\r\n"));
    BOOST_TEST(ask("BATCH nope") == "-NOSUCHBATCH No batch nope\r\n");
    BOOST_TEST(ask("BATCH ").starts_with("-ERR wrong number of arguments for 'batch'"));
    allot::test::HttpStock server;
    BOOST_TEST(server.ask("GET", "/v1/batches/here").body ==
               R"({"purchased":10,"available":10,"allocated":0,"eta":null})");
    BOOST_TEST(server.ask("GET", "/v1/batches/ship").json().at("eta").as_string() == "2030-01-02");
}

BOOST_AUTO_TEST_CASE(when_a_batch_moves_then_its_rank_does) {
    BOOST_TEST(ask("RECEIVE batch-2") == "+OK\r\n");
    BOOST_TEST(ask("RESCHEDULE batch-1 2031-05-06") == "+OK\r\n");
    BOOST_TEST(ask("STOCK SMALL-TABLE") ==
               "*2\r\n*4\r\n+batch-2\r\n+warehouse\r\n:100\r\n:100\r\n"
               "*4\r\n+batch-1\r\n+2031-05-06\r\n:20\r\n:20\r\n");
    BOOST_TEST(ask("RESCHEDULE nope 2031-05-06") == "-NOSUCHBATCH No batch nope\r\n");
    BOOST_TEST(ask("RECEIVE nope") == "-NOSUCHBATCH No batch nope\r\n");
}

BOOST_AUTO_TEST_CASE(when_units_are_counted_by_a_day_then_later_shipments_do_not_count) {
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE 2030-01-01") == ":20\r\n");
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE 2030-01-02") == ":120\r\n");
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE warehouse") == ":20\r\n");
    BOOST_TEST(ask("AVAILABLE NOPE") == "-INVALIDSKU Invalid sku NOPE\r\n");
    BOOST_TEST(ask("STOCK NOPE") == "-INVALIDSKU Invalid sku NOPE\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

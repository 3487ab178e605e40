#include <boost/test/unit_test.hpp>
#include <string>

#include "net/limits.hpp"
#include "tests/net/fakes.hpp"

namespace {

struct RowsFixture : allot::test::RespFixture<> {
    RowsFixture() {
        ask("ADDBATCH b1 s 20");
        ask("ADDBATCH b2 s 10 2030-01-02");
        ask("ALLOCATE o1 s 3");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_stock_to_export, RowsFixture)

BOOST_AUTO_TEST_CASE(when_batches_are_listed_then_each_is_a_row) {
    BOOST_TEST(ask("SETQTY b2 0") == ":0\r\n");
    BOOST_TEST(ask("EXPORT BATCHES 0") ==
               "*3\r\n:4\r\n:0\r\n*2\r\n"
               "*5\r\n+b1\r\n+s\r\n:20\r\n+warehouse\r\n:1\r\n"
               "*5\r\n+b2\r\n+s\r\n:0\r\n+2030-01-02\r\n:2\r\n");
}

BOOST_AUTO_TEST_CASE(when_allocations_are_listed_then_each_is_a_row) {
    BOOST_TEST(ask("export allocations 0") ==
               "*3\r\n:3\r\n:0\r\n*1\r\n*5\r\n+o1\r\n+s\r\n:3\r\n+b1\r\n:3\r\n");
    BOOST_TEST(ask("EXPORT ALLOCATIONS 4294967294") == "*3\r\n:3\r\n:0\r\n*0\r\n");
}

BOOST_AUTO_TEST_CASE(when_there_are_more_rows_than_a_reply_has_then_its_cursor_continues) {
    for (std::size_t i = 0; i < allot::exported_rows_max; ++i) {
        ask("ADDBATCH x" + std::to_string(i) + " t 1");
    }
    const std::string first = ask("EXPORT BATCHES 0");
    BOOST_TEST(first.starts_with("*3\r\n:1003\r\n:1000\r\n*1000\r\n"));
    BOOST_TEST(ask("EXPORT BATCHES 1000").starts_with("*3\r\n:1003\r\n:0\r\n*2\r\n"));
}

BOOST_AUTO_TEST_CASE(when_the_names_are_as_long_as_may_be_then_a_full_reply_fits) {
    const std::string pad(57, 'n');
    for (std::size_t i = 0; i < allot::exported_rows_max; ++i) {
        const std::string name = pad + std::to_string(1'000'000 + i);
        BOOST_REQUIRE(ask("ADDBATCH " + name + " " + name + " 1000000000 2030-01-02") == "+OK\r\n");
    }
    BOOST_TEST(ask("EXPORT BATCHES 0").starts_with("*3\r\n:1003\r\n:1000\r\n*1000\r\n"));
    BOOST_TEST(ask("EXPORT BATCHES 0").size() <
               384 * allot::kibibyte);  // of the least --max-output
}

BOOST_AUTO_TEST_CASE(when_the_cursor_is_invalid_then_it_is_named) {
    for (const char* const bad : {"-1", "x", "4294967295", "1.5"}) {
        BOOST_TEST(ask("EXPORT BATCHES " + std::string{bad}) ==
                   "-SYNTAX invalid cursor '" + std::string{bad} +
                       "': expected 0 at first, then the cursor of the last reply\r\n");
    }
    BOOST_TEST(
        ask("EXPORT BATCHES").starts_with("-ERR wrong number of arguments for 'export|batch"));
    BOOST_TEST(ask("EXPORT ORDERS 0") == "-ERR unknown subcommand 'ORDERS'. Try EXPORT HELP.\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_stock_to_import_into, RowsFixture)

BOOST_AUTO_TEST_CASE(when_batches_are_imported_then_the_reply_says_whether_they_are_new) {
    BOOST_TEST(ask("IMPORT BATCH b3 t 0 warehouse") == ":1\r\n");
    BOOST_TEST(ask("IMPORT BATCH b3 t 0 warehouse") == ":0\r\n");
    BOOST_TEST(ask("IMPORT BATCH b1 s 20 warehouse") == ":0\r\n");
    BOOST_TEST(ask("IMPORT BATCH b1 s 21 warehouse").starts_with("-BATCHEXISTS "));
    BOOST_TEST(ask("IMPORT BATCH b1 s x warehouse").starts_with("-BADQTY "));
    BOOST_TEST(ask("IMPORT BATCH b1 s 1 soon").starts_with("-BADDATE "));
}

BOOST_AUTO_TEST_CASE(when_a_line_is_imported_then_it_goes_to_the_given_batch) {
    BOOST_TEST(ask("IMPORT ALLOCATION o2 s 4 b2") == ":1\r\n");
    BOOST_TEST(ask("IMPORT ALLOCATION o2 s 4 b2") == ":0\r\n");
    BOOST_TEST(ask("ALLOCATE o2 s 4") == "+b2\r\n");
    BOOST_TEST(ask("IMPORT ALLOCATION o2 s 4 b1") ==
               "-BATCHEXISTS Another batch than b1 holds this line\r\n");
    BOOST_TEST(ask("IMPORT ALLOCATION o3 s 7 b2") ==
               "-OUTOFSTOCK Batch b2 has fewer units available\r\n");
    BOOST_TEST(ask("IMPORT ALLOCATION o3 s 7 b9").starts_with("-NOSUCHBATCH "));
    BOOST_TEST(ask("IMPORT ALLOCATION o3 u 7 b1").starts_with("-INVALIDSKU "));
    BOOST_TEST(ask("SHORTAGES") == "*0\r\n");
}

BOOST_AUTO_TEST_CASE(when_an_order_is_imported_then_the_reply_counts_its_new_lines) {
    BOOST_TEST(ask("IMPORT ORDER o1 s 3 s 4") == ":1\r\n");
    BOOST_TEST(ask("IMPORT ORDER o1 s 3 s 4") == ":0\r\n");
    BOOST_TEST(ask("IMPORT ORDER o2 s 1 s 100") == "-OUTOFSTOCK Out of stock for sku s\r\n");
    BOOST_TEST(ask("ALLOCATIONS o2") == "*0\r\n");
    BOOST_TEST(ask("IMPORT ORDER o2 u 1") == "-INVALIDSKU Invalid sku u\r\n");
    BOOST_TEST(ask("IMPORT ORDER o2 s 1 t") ==
               "-ERR wrong number of arguments for 'import|order' command: 4, expected order "
               "sku quantity [sku quantity ...]\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <string>
#include <tuple>

#include "tests/net/fakes.hpp"

namespace {

using allot::ErrorCode;
using allot::test::framed;

struct StockFixture : allot::test::RespFixture<> {
    StockFixture() {
        ask("ADDBATCH batch-1 SMALL-TABLE 20");
        ask("ADDBATCH batch-2 SMALL-TABLE 100 2030-01-02");
        ask("ADDBATCH chairs RED-CHAIR 5");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_warehouse_stock_and_a_shipment, StockFixture)

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

BOOST_AUTO_TEST_CASE(when_lines_are_short_then_they_are_listed_until_served_or_withdrawn) {
    BOOST_TEST(ask("SHORTAGES") == "*0\r\n");
    ask("ALLOCATE o SMALL-TABLE 500");  // LSN 4, after the fixture's
    ask("ALLOCATE o RED-CHAIR 6");
    ask("ALLOCATE o SMALL-TABLE 500");
    const std::string table = "*4\r\n+o\r\n+SMALL-TABLE\r\n:500\r\n:4\r\n";
    const std::string chair = "*4\r\n+o\r\n+RED-CHAIR\r\n:6\r\n:5\r\n";
    BOOST_TEST(ask("SHORTAGES") == "*2\r\n" + table + chair);
    BOOST_TEST(ask("SHORTAGES RED-CHAIR") == "*1\r\n" + chair);
    BOOST_TEST(ask("SHORTAGES after 4") == "*1\r\n" + chair);
    BOOST_TEST(ask("SHORTAGES SMALL-TABLE AFTER 4") == "*0\r\n");
    BOOST_TEST(ask("SHORTAGES AFTER") == "-INVALIDSKU Invalid sku AFTER\r\n");
    ask("ADDBATCH more RED-CHAIR 6");
    BOOST_TEST(ask("ALLOCATE o RED-CHAIR 6") == "+more\r\n");
    BOOST_TEST(ask("SHORTAGES") == "*1\r\n" + table);
    BOOST_TEST(ask("DEALLOCATE o") == ":1\r\n");  // the chairs; the tables are withdrawn
    BOOST_TEST(ask("SHORTAGES") == "*0\r\n");
}

BOOST_AUTO_TEST_CASE(when_many_lines_are_short_then_a_reply_has_a_thousand) {
    for (int i = 0; i < 1001; ++i) ask("ALLOCATE o SMALL-TABLE " + std::to_string(500 + i));
    BOOST_TEST(ask("SHORTAGES").starts_with("*1000\r\n"));
    BOOST_TEST(ask("SHORTAGES AFTER 1003") ==
               "*1\r\n*4\r\n+o\r\n+SMALL-TABLE\r\n:1500\r\n:1004\r\n");
}

BOOST_AUTO_TEST_CASE(when_many_lines_are_short_then_a_slice_ends_with_each_question) {
    const auto slices = [this] {
        const std::string_view three = "SHORTAGES AFTER 5000\r\nSHORTAGES AFTER 5000\r\nPING\r\n";
        session.received(three.copy(session.prepare().data(), three.size()));
        int count = 1;
        while (session.execute() == allot::RespSession::ExecuteResult::yield) ++count;
        context.store.unlock();
        BOOST_TEST(take() == "*0\r\n*0\r\n+PONG\r\n");
        return count;
    };
    for (int i = 0; i < 1000; ++i) ask("ALLOCATE o SMALL-TABLE " + std::to_string(500 + i));
    BOOST_TEST(slices() == 1);
    ask("ALLOCATE o SMALL-TABLE 2000");
    BOOST_TEST(slices() == 3);
}

BOOST_AUTO_TEST_CASE(when_arguments_of_shortages_are_wrong_then_the_error_names_the_argument) {
    const std::string rule = ": the arguments are [sku] [AFTER lsn]\r\n";
    BOOST_TEST(ask("SHORTAGES SINCE 4") == "-SYNTAX '4' is not AFTER" + rule);
    BOOST_TEST(ask("SHORTAGES RED-CHAIR SINCE 4") == "-SYNTAX 'SINCE' is not AFTER" + rule);
    BOOST_TEST(ask("SHORTAGES RED-CHAIR \"A\\r\\n+OK\"") ==
               "-SYNTAX 'A\\x0d\\x0a+OK' is not AFTER" + rule);
    BOOST_TEST(ask("SHORTAGES RED-CHAIR AFTER") == "-SYNTAX no LSN after 'AFTER'" + rule);
    BOOST_TEST(ask("SHORTAGES RED-CHAIR after") == "-SYNTAX no LSN after 'after'" + rule);
    BOOST_TEST(ask("SHORTAGES AFTER AFTER").starts_with("-SYNTAX invalid LSN 'AFTER': "));
    BOOST_TEST(ask("SHORTAGES \"a  b\" AFTER 4").starts_with("-BADNAME invalid SKU 'a  b': "));
    for (const std::string none : {"x", "-1", "1.5", "99999999999999999999", "\"\""}) {
        BOOST_TEST(ask("SHORTAGES AFTER " + none)
                       .ends_with("': expected an integer from 0 to 18446744073709551615\r\n"));
    }
    BOOST_TEST(ask("SHORTAGES NOPE") == "-INVALIDSKU Invalid sku NOPE\r\n");
    BOOST_TEST(ask("SHORTAGES a AFTER 1 2") ==
               "-ERR wrong number of arguments for 'shortages' command: 4, expected [sku] "
               "[AFTER lsn]\r\n");
}

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

BOOST_FIXTURE_TEST_SUITE(given_bad_arguments, StockFixture)

BOOST_AUTO_TEST_CASE(when_a_quantity_is_invalid_then_it_is_named_with_the_rule) {
    for (const std::string_view none :
         {"0", "-5", "1.5", "10000000000", "1000000001", "ten", "+1", "1e3"}) {
        const std::string expected = "-BADQTY invalid quantity '" + std::string{none} +
                                     "': expected an integer from 1 to 1000000000\r\n";
        BOOST_TEST(ask("ALLOCATE o SMALL-TABLE " + std::string{none}) == expected);
        BOOST_TEST(ask("ADDBATCH new SMALL-TABLE " + std::string{none}) == expected);
        BOOST_TEST(ask("ALLOCATE o RED-CHAIR 1 SMALL-TABLE " + std::string{none}) == expected);
    }
    BOOST_TEST(ask("SETQTY batch-1 -1") ==
               "-BADQTY invalid quantity '-1': expected an integer from 0 to 1000000000\r\n");
    BOOST_TEST(ask("DEALLOCATE o SMALL-TABLE 0").starts_with("-BADQTY invalid quantity '0'"));
    BOOST_TEST(ask("AVAILABLE SMALL-TABLE") == ":120\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_day_is_invalid_then_it_is_named_with_the_rule) {
    for (const std::string_view none :
         {"2030-02-30", "2030-1-1", "tomorrow", "20300101", "0000-01-01"}) {
        const std::string expected =
            "-BADDATE invalid date '" + std::string{none} +
            "': expected YYYY-MM-DD, from 0001-01-01 to 9999-12-31, or warehouse\r\n";
        BOOST_TEST(ask("ADDBATCH new SMALL-TABLE 1 " + std::string{none}) == expected);
        BOOST_TEST(ask("RESCHEDULE batch-1 " + std::string{none}) == expected);
        BOOST_TEST(ask("AVAILABLE SMALL-TABLE " + std::string{none}) == expected);
    }
}

BOOST_AUTO_TEST_CASE(when_a_name_is_invalid_then_it_is_named_with_the_rule) {
    const std::string size = "has 1 to 64 bytes of UTF-8, ";
    for (const auto& [line, text, rule] : {
             std::tuple{"ALLOCATE \"a  b\" SMALL-TABLE 1", "invalid order id 'a  b'",
                        std::string{"may not contain two spaces in a row"}},
             {"STOCK \" a\"", "invalid SKU ' a'", "may not begin with a space"},
             {"STOCK 'a '", "invalid SKU 'a '", "may not end with a space"},
             {"ALLOCATE o \"\\r\\n+x\" 1", "invalid SKU '\\x0d\\x0a+x'", "may not contain U+000D"},
             {"STOCK \xEF\xBB\xBFsku", "invalid SKU '\\xef\\xbb\\xbfsku'",
              "may not contain U+FEFF"},
             {"ALLOCATIONS \"a\xF3\xA0\x81\x81\"", "invalid order id 'a\\xf3\\xa0\\x81\\x81'",
              "may not contain U+E0041"},
             {"RECEIVE \"\\xff\\x00\"", "invalid batch reference '\\xff\\x00'",
              size + "and these are not UTF-8"},
             {"STOCK \"\"", "invalid SKU ''", size + "not 0"},
         }) {
        BOOST_TEST(ask(line) == "-BADNAME " + std::string{text} + ": a name " + rule + "\r\n");
    }
    BOOST_TEST(ask("STOCK " + std::string(65, 'a')).ends_with(size + "not 65\r\n"));
    BOOST_TEST(ask("ALLOCATE o " + std::string(64, 'a') + " 1").starts_with("-INVALIDSKU"));
}

BOOST_AUTO_TEST_CASE(when_arguments_are_too_few_or_too_many_then_the_command_is_named) {
    for (const std::string_view line :
         {"ALLOCATE", "ALLOCATE o", "ALLOCATE o s", "ALLOCATE o s 1 s", "allocate o s 1 s 2 s"}) {
        const std::string reply = ask(line);
        BOOST_TEST(reply.starts_with("-ERR wrong number of arguments for 'allocate' command: "),
                   line);
        BOOST_TEST(reply.ends_with(", expected order sku quantity [sku quantity ...]\r\n"), line);
    }
    BOOST_TEST(ask("ADDBATCH a b 1 2030-01-01 x") ==
               "-ERR wrong number of arguments for 'addbatch' command: 5, expected batch sku "
               "quantity [eta]\r\n");
    BOOST_TEST(ask("SETQTY a") ==
               "-ERR wrong number of arguments for 'setqty' command: 1, expected batch "
               "quantity\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_query_is_wrong_then_value_and_rule_are_named) {
    const std::string name = ": a name ";
    const std::string size = ": a name has 1 to 64 bytes of UTF-8, ";
    for (const auto& [line, expected] : {
             std::pair{std::string{"STOCK \"a\\tb\""}, "-BADNAME invalid SKU 'a\\x09b'" + name},
             {"STOCK", "-ERR wrong number of arguments for 'stock' command: 0, expected sku"},
             {"STOCK a b", "-ERR wrong number of arguments for 'stock' command: 2, expected "},
             {"AVAILABLE \"\"", "-BADNAME invalid SKU ''" + name},
             {"AVAILABLE RED-CHAIR soon", "-BADDATE invalid date 'soon': expected YYYY-MM-DD, "},
             {"AVAILABLE RED-CHAIR soon x",
              "-ERR wrong number of arguments for 'available' command: 3, expected sku [day]"},
             {"ALLOCATIONS \"\\xff\"", "-BADNAME invalid order id '\\xff'" + size},
             {"ALLOCATIONS",
              "-ERR wrong number of arguments for 'allocations' command: 0, expected order"},
             {"EXPLAIN \"\" RED-CHAIR 1", "-BADNAME invalid order id ''" + size},
             {"EXPLAIN o \"\" 1", "-BADNAME invalid SKU ''" + name},
             {"EXPLAIN o RED-CHAIR 1 RED-CHAIR 0",
              "-BADQTY invalid quantity '0': expected an integer from 1 to 1000000000"},
             {"EXPLAIN o RED-CHAIR",
              "-ERR wrong number of arguments for 'explain' command: 2, expected order sku "},
             {"SHORTAGES \"a b \"", "-BADNAME invalid SKU 'a b '" + name},
             {"HELP nope\\", "-ERR no command 'nope\\x5c'; HELP lists all"},
         }) {
        const std::string reply = ask(line);
        BOOST_TEST(reply.starts_with(expected), line << " gave " << reply);
        BOOST_TEST(reply.find("\r\n") == reply.size() - 2, line);
    }
}

BOOST_AUTO_TEST_CASE(when_an_order_has_too_many_lines_then_it_is_refused) {
    std::string request = "ALLOCATE o";
    for (int i = 0; i < 1001; ++i) request += " SMALL-TABLE 1";
    BOOST_TEST(ask(request) == "-SYNTAX an order has 1 to 1000 lines, not 1001\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_names_beyond_ascii)

BOOST_AUTO_TEST_CASE(when_names_are_well_formed_then_replies_hold_them_as_they_are) {
    StockFixture fixture;
    BOOST_TEST(fixture.ask("ALLOCATE o Tischgrün 1") == "-INVALIDSKU Invalid sku Tischgrün\r\n");
    BOOST_TEST(fixture.ask("ADDBATCH größe Tischgrün 1") == "+OK\r\n");
    BOOST_TEST(fixture.ask("ALLOCATE o Tischgrün 1") == "+größe\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/commands/stock_fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(given_lines_beyond_the_stock, allot::test::StockFixture)

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

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <string>
#include <tuple>

#include "tests/net/commands/stock_fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(given_bad_arguments, allot::test::StockFixture)

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

BOOST_AUTO_TEST_SUITE_END()

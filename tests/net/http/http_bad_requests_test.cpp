// Bodies and queries that break a rule: the field is named with its rule, and nothing changes.

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <string>

#include "tests/net/http/http_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

namespace {

using allot::test::expect_error;
using allot::test::HttpAnswer;
using allot::test::HttpStock;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_json_that_breaks_a_rule)

BOOST_AUTO_TEST_CASE(when_a_field_is_wrong_then_it_is_named_with_its_rule_and_nothing_changes) {
    HttpStock server;
    const auto before = server.engine.journal.last();
    struct Case {
        std::string_view body;
        std::string_view code;
        std::string_view field;
        std::string_view part;
    };
    for (const Case& each : std::initializer_list<Case>{
             {R"({"sku":"SKU"})", "SYNTAX", "quantity", "missing"},
             {R"({"sku":"SKU","quantity":1,"more":1})", "SYNTAX", "more",
              "no such field here, only sku, quantity and eta"},
             {R"({"sku":"SKU","quantity":1,"a\r\n\"b":1})", "SYNTAX", "a\\x0d\\x0a\"b", ""},
             {R"({"sku":"SKU","quantity":1,"quantity":2})", "SYNTAX", "quantity", "twice"},
             {R"({"sku":"SKU","quantity":1,"\u0073ku":"X"})", "SYNTAX", "sku", "twice"},
             {R"({"sku":7,"quantity":1})", "BADNAME", "sku", "invalid SKU '7'"},
             {R"({"sku":null,"quantity":1})", "BADNAME", "sku", "invalid SKU 'null'"},
             {R"({"sku":"","quantity":1})", "BADNAME", "sku", "1 to 64 bytes"},
             {R"({"sku":" a b","quantity":1})", "BADNAME", "sku", "' a b'"},
             {R"({"sku":"a\u200Bb","quantity":1})", "BADNAME", "sku", "may not contain U+200B"},
             {R"({"sku":"a\u0000b","quantity":1})", "BADNAME", "sku", "a\\\\x00b"},
             {R"({"sku":"SKU","quantity":"1"})", "BADQTY", "quantity",
              R"(invalid quantity '\"1\"')"},
             {R"({"sku":"SKU","quantity":1.0})", "BADQTY", "quantity",
              "expected an integer from 1"},
             {R"({"sku":"SKU","quantity":1e3})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":0})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":-1})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":1000000001})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":18446744073709551617})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":true})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":[1]})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":1,"eta":""})", "BADDATE", "eta", "invalid date"},
             {R"({"sku":"SKU","quantity":1,"eta":"2011-02-30"})", "BADDATE", "eta", ""},
             {R"({"sku":"SKU","quantity":1,"eta":"2011-01-02T00:00:00"})", "BADDATE", "eta", ""},
             {R"({"sku":"SKU","quantity":1,"eta":20110102})", "BADDATE", "eta", ""},
         }) {
        HttpAnswer answer = server.ask("PUT", "/v1/batches/new", each.body);
        expect_error(answer, 400, each.code, each.field, each.part);
    }
    BOOST_TEST(server.engine.journal.last() == before);
}

BOOST_AUTO_TEST_CASE(when_the_body_is_no_json_then_it_is_refused) {
    HttpStock server;
    for (const std::string_view body :
         {"", "{", "[]", "null", "1", "\"a\"", "{}{}", "{\"sku\":\"S\",\"quantity\":1,}",
          "{\"sku\":\"S\",\"quantity\":1} x", "{/*a*/\"sku\":\"S\",\"quantity\":1}",
          "{'sku':'S','quantity':1}", "{\"sku\":\"S\",\"quantity\":01}",
          "{\"sku\":\"S\",\"quantity\":NaN}", "{\"sku\":\"\xFF\",\"quantity\":1}",
          "{\"sku\":\"\xC0\xAF\",\"quantity\":1}", "{\"sku\":\"\\ud800\",\"quantity\":1}",
          "{\"sku\":\"a\nb\",\"quantity\":1}", "\xEF\xBB\xBF{\"sku\":\"S\",\"quantity\":1}",
          "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}"}) {
        expect_error(server.ask("PUT", "/v1/batches/new", body), 400, "SYNTAX", "");
    }
    expect_error(server.ask("PUT", "/v1/batches/new", "[\"\x7F\r\n\"]"), 400, "SYNTAX", "",
                 "no JSON: ");
    expect_error(server.ask("PUT", "/v1/batches/new", "[1]"), 400, "SYNTAX", "",
                 "'[1]' is no JSON object");
    expect_error(server.ask("PUT", "/v1/batches/new", "{\"sku\":\xFF\x1B}"), 400, "SYNTAX", "",
                 R"(at byte 7: '\\xff\\x1b}')");
    expect_error(server.ask("PUT", "/v1/batches/new", "{"), 400, "SYNTAX", "", "at its end");
    std::string wide = "{\"lines\":[0";
    while (wide.size() < 60'000) wide += ",0";
    expect_error(server.ask("POST", "/v1/orders/o/allocations", wide + "]}"), 400, "SYNTAX", "",
                 "more than 10000 values");
    std::string many = "{\"f0\":0";
    for (int i = 1; i < 20; ++i) many += ",\"f" + std::to_string(i) + "\":0";
    expect_error(server.ask("PUT", "/v1/batches/new", many + "}"), 400, "SYNTAX", "",
                 "more than 16 fields");
}

BOOST_AUTO_TEST_CASE(when_lines_are_wrong_then_the_line_is_named) {
    HttpStock server;
    const auto ask = [&](std::string_view body) {
        return server.ask("POST", "/v1/orders/o/allocations", body);
    };
    expect_error(ask(R"({"lines":[]})"), 400, "SYNTAX", "lines", "1 to 1000 lines, not 0");
    expect_error(ask(R"({"lines":{}})"), 400, "SYNTAX", "lines", "expected an array, not '{}'");
    expect_error(ask(R"({"lines":[1]})"), 400, "SYNTAX", "lines[0]", "expected an object, not '1'");
    expect_error(ask(R"({"lines":[{"sku":"SKU","quantity":1},{"sku":"SKU"}]})"), 400, "SYNTAX",
                 "lines[1].quantity", "missing");
    expect_error(ask(R"({"lines":[{"sku":"SKU","quantity":1,"x":1}]})"), 400, "SYNTAX",
                 "lines[0].x");
    std::string many = R"({"lines":[{"sku":"SKU","quantity":1})";
    for (int i = 1; i <= 1000; ++i) many += R"(,{"sku":"SKU","quantity":1})";
    expect_error(ask(many + "]}"), 400, "SYNTAX", "lines", "1 to 1000 lines, not 1001");
}

BOOST_AUTO_TEST_CASE(when_a_body_comes_where_none_is_taken_then_it_is_refused) {
    HttpStock server;
    expect_error(server.ask("POST", "/v1/batches/ship/receive", "{}"), 400, "SYNTAX", "body",
                 "unexpected body of 2 bytes");
    BOOST_TEST(server.ask("POST", "/v1/batches/ship/receive", "").status == 200U);
    expect_error(server.ask("PUT", "/v1/batches/ship/eta"), 411, "SYNTAX", "Content-Length",
                 "missing Content-Length");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_query)

BOOST_AUTO_TEST_CASE(when_a_part_comes_twice_then_neither_is_taken) {
    HttpStock server;
    for (const std::string_view query : {"sku=SKU&sku=LAMP", "sku=SKU&after=1&sku=SKU"}) {
        expect_error(server.ask("GET", "/v1/shortages?" + std::string{query}), 400, "SYNTAX",
                     "sku");
    }
    BOOST_TEST(server.ask("GET", "/v1/shortages?sku=SKU&after=1").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

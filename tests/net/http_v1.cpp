#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "net/command_table.hpp"
#include "net/http/openapi.hpp"
#include "net/http/routes.hpp"
#include "tests/net/http_desk.hpp"

namespace {

namespace json = boost::json;
using allot::SessionLimits;
using allot::test::HttpAnswer;
using allot::test::HttpDesk;

constexpr std::string_view two_lines =
    R"({"lines":[{"sku":"SKU","quantity":4},{"sku":"LAMP","quantity":2}]})";

/// Ten of SKU in the warehouse, ten on a ship, and five lamps.
template <class Journal = allot::VolatileJournal>
struct Shop : HttpDesk<Journal> {
    Shop() {
        this->ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":10})");
        this->ask("PUT", "/v1/batches/ship", R"({"sku":"SKU","quantity":10,"eta":"2030-01-02"})");
        this->ask("PUT", "/v1/batches/lamps", R"({"sku":"LAMP","quantity":5,"eta":null})");
    }
};

void expect(const HttpAnswer& answer, unsigned status, std::string_view code,
            std::string_view field, std::string_view part = {}) {
    BOOST_TEST(answer.status == status, answer.body);
    const auto error = answer.json().at("error").as_object();
    BOOST_TEST(std::string_view{error.at("code").as_string()} == code, answer.body);
    BOOST_TEST((error.contains("field") ? std::string_view{error.at("field").as_string()}
                                        : std::string_view{}) == field,
               answer.body);
    BOOST_TEST(answer.body.find(part) != std::string::npos, answer.body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_stock_over_http)

BOOST_AUTO_TEST_CASE(when_an_order_of_several_lines_is_allocated_then_each_line_has_its_batch) {
    Shop<> shop;
    const auto first = shop.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(first.status == 201U);
    BOOST_TEST(first.body == R"({"order":"o","lines":[{"sku":"SKU","quantity":4,"batch":"here"},)"
                             R"({"sku":"LAMP","quantity":2,"batch":"lamps"}]})");
    const auto again = shop.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(shop.ask("GET", "/v1/orders/o/allocations").body == first.body);
}

BOOST_AUTO_TEST_CASE(when_one_line_cannot_be_served_then_none_is) {
    Shop<> shop;
    expect(shop.ask("POST", "/v1/orders/o/allocations",
                    R"({"lines":[{"sku":"SKU","quantity":4},{"sku":"LAMP","quantity":6}]})"),
           409, "OUTOFSTOCK", "lines[1].sku", "Out of stock for sku LAMP");
    expect(
        shop.ask("POST", "/v1/orders/o/allocations", R"({"lines":[{"sku":"NONE","quantity":4}]})"),
        404, "INVALIDSKU", "lines[0].sku", "Invalid sku NONE");
    BOOST_TEST(shop.ask("GET", "/v1/orders/o/allocations").body == R"({"order":"o","lines":[]})");
}

BOOST_AUTO_TEST_CASE(when_lines_are_released_then_their_number_is_told) {
    Shop<> shop;
    shop.ask("POST", "/v1/orders/o/allocations", two_lines);
    const std::string path = "/v1/orders/o/allocations";
    BOOST_TEST(shop.ask("DELETE", path + "?sku=SKU&quantity=5").body == R"({"released":0})");
    BOOST_TEST(shop.ask("DELETE", path + "?sku=SKU&quantity=4").body == R"({"released":1})");
    BOOST_TEST(shop.ask("DELETE", path + "?sku=LAMP").body == R"({"released":1})");
    BOOST_TEST(shop.ask("DELETE", path).body == R"({"released":0})");
    expect(shop.ask("DELETE", path + "?quantity=4"), 400, "SYNTAX", "sku", "it is missing");
    expect(shop.ask("DELETE", path + "?sku=SKU&quantity=04x"), 400, "BADQTY", "quantity");
    expect(shop.ask("DELETE", path + "?skew=SKU"), 400, "SYNTAX", "skew",
           "the query has no such part here, only sku and quantity");
    expect(shop.ask("GET", path + "?%0d%0a=1"), 400, "SYNTAX", R"(\x0d\x0a)", "it takes none");
}

BOOST_AUTO_TEST_CASE(when_a_batch_shrinks_or_moves_then_its_lines_follow_the_rules) {
    Shop<> shop;
    shop.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(shop.ask("PUT", "/v1/batches/here/quantity", R"({"quantity":3})").body ==
               R"({"released":1})");
    BOOST_TEST(shop.ask("PUT", "/v1/batches/here/eta", R"({"eta":"2031-01-02"})").body ==
               R"({"batch":"here","eta":"2031-01-02"})");
    BOOST_TEST(shop.ask("POST", "/v1/batches/ship/receive").body ==
               R"({"batch":"ship","eta":null})");
    BOOST_TEST(shop.ask("GET", "/v1/skus/SKU/stock").body ==
               R"({"sku":"SKU","batches":[{"batch":"ship","eta":null,"purchased":10,)"
               R"("available":6},{"batch":"here","eta":"2031-01-02","purchased":3,)"
               R"("available":3}]})");
    BOOST_TEST(shop.ask("GET", "/v1/skus/SKU/available").body == R"({"sku":"SKU","available":9})");
    BOOST_TEST(shop.ask("GET", "/v1/skus/SKU/available?day=2030-12-31").body ==
               R"({"sku":"SKU","available":6})");
    expect(shop.ask("PUT", "/v1/batches/none/quantity", R"({"quantity":3})"), 404, "NOSUCHBATCH",
           "batch", "No batch none");
}

BOOST_AUTO_TEST_CASE(R14_when_stock_was_out_then_it_is_told_who_waits) {
    Shop<> shop;
    shop.ask("POST", "/v1/orders/o1/allocations", R"({"lines":[{"sku":"SKU","quantity":11}]})");
    shop.ask("POST", "/v1/orders/o2/allocations", R"({"lines":[{"sku":"LAMP","quantity":6}]})");
    shop.ask("POST", "/v1/orders/o1/allocations", R"({"lines":[{"sku":"SKU","quantity":11}]})");
    const std::string lamp = R"({"order":"o2","sku":"LAMP","quantity":6,"since":5,"asked":1}]})";
    BOOST_TEST(shop.ask("GET", "/v1/shortages").body ==
               R"({"shortages":[{"order":"o1","sku":"SKU","quantity":11,"since":4,"asked":2},)" +
                   lamp);
    BOOST_TEST(shop.ask("GET", "/v1/shortages?sku=LAMP").body == R"({"shortages":[)" + lamp);
    BOOST_TEST(shop.ask("GET", "/v1/shortages?after=4").body == R"({"shortages":[)" + lamp);
    shop.ask("DELETE", "/v1/orders/o2/allocations");
    BOOST_TEST(shop.ask("GET", "/v1/shortages?after=4").body == R"({"shortages":[]})");
    expect(shop.ask("GET", "/v1/shortages?sku=NONE"), 404, "INVALIDSKU", "sku");
    expect(shop.ask("GET", "/v1/shortages?after=-1"), 400, "SYNTAX", "after", "'-1'");
}

BOOST_AUTO_TEST_CASE(when_many_lines_are_short_then_a_turn_ends_with_each_question) {
    HttpDesk<> shop;
    shop.ask("PUT", "/v1/batches/b", R"({"sku":"SKU","quantity":1})");
    const auto ask_for = [&](int units) {
        shop.ask("POST", "/v1/orders/o/allocations",
                 R"({"lines":[{"sku":"SKU","quantity":)" + std::to_string(units) + "}]}");
    };
    const auto turns = [&] {
        const std::string one = allot::test::http_request("GET", "/v1/shortages?after=5000");
        const std::string two = one + one + allot::test::http_request("GET", "/livez");
        shop.session.received(two.copy(shop.session.prepare().data(), two.size()));
        int count = 1;
        while (shop.session.execute() == allot::Conversation::Turn::over) ++count;
        shop.hub.end_round();
        BOOST_TEST(allot::test::answers_in(shop.take()).size() == 3U);
        return count;
    };
    for (int i = 0; i < 1000; ++i) ask_for(10 + i);
    BOOST_TEST(turns() == 1);
    ask_for(2000);
    BOOST_TEST(turns() == 3);
}

BOOST_AUTO_TEST_CASE(when_a_plan_is_explained_then_nothing_changes) {
    Shop<> shop;
    const auto before = shop.engine.journal.last();
    const auto plan =
        shop.ask("POST", "/v1/orders/o/explanation",
                 R"({"lines":[{"sku":"SKU","quantity":11},{"sku":"SKU","quantity":2}]})")
            .json();
    BOOST_TEST(plan.at_pointer("/lines/0/refusal").as_string() == "OUTOFSTOCK");
    BOOST_TEST(plan.at_pointer("/lines/1/batch").as_string() == "here");
    BOOST_TEST(plan.at_pointer("/lines/1/candidates/1/verdict").as_string() == "not needed");
    BOOST_TEST(shop.engine.journal.last() == before);
}

BOOST_AUTO_TEST_CASE(when_a_batch_is_added_again_then_it_is_the_same_or_refused) {
    Shop<> shop;
    BOOST_TEST(shop.ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":10})").status ==
               200U);
    expect(shop.ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":11})"), 409,
           "BATCHEXISTS", "batch");
}

BOOST_AUTO_TEST_CASE(when_a_name_is_encoded_in_the_path_then_it_is_decoded_once) {
    Shop<> shop;
    const std::string path = "/v1/orders/a%2Fb%2520%C3%A9/allocations";
    shop.ask("POST", path, two_lines);
    BOOST_TEST(shop.ask("GET", path).json().at("order").as_string() == "a/b%20\xC3\xA9");
    for (const std::string_view bad :
         {"a%00b", "a%0d%0ab", "%C0%AF", "%F0%80%80%AF", "%ED%A0%80", "%20", "%FF", "%7F"}) {
        expect(shop.ask("GET", "/v1/orders/" + std::string{bad} + "/allocations"), 400, "BADNAME",
               "order");
    }
    const std::string too_long(65, 'a');
    expect(shop.ask("GET", "/v1/orders/" + too_long + "/allocations"), 400, "BADNAME", "order");
}

BOOST_AUTO_TEST_CASE(when_a_path_plays_tricks_then_it_leads_nowhere) {
    Shop<> shop;
    for (const std::string_view path :
         {"//livez", "/livez/", "/v1//info", "/v1/orders//allocations", "/allocations/", "/",
          "/v1/info%2F", "/LIVEZ", "/v1%2Finfo", "/livez;a"}) {
        expect(shop.ask("GET", path), 404, "ERR", "target",
               "there is nothing at '" + std::string{path} + "'");
    }
    for (const std::string_view path :
         {"/v1/../livez", "/./livez", "/v1/%2e%2E/livez", "/%2e/livez", "/livez%", "/livez%2",
          "/livez%zz", "livez", "*", "/livez?a=%"}) {
        expect(shop.ask("GET", path), 400, "SYNTAX", "target",
               "'" + std::string{path} + "' is no path: it begins with /");
    }
    BOOST_TEST(shop.ask("GET", "http://localhost/livez").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_the_method_is_not_for_the_path_then_those_that_are_are_told) {
    Shop<> shop;
    const auto answer = shop.ask("PUT", "/v1/orders/o/allocations");
    expect(answer, 405, "ERR", "method",
           "'PUT' is not for this path: it has POST, GET, HEAD, DELETE");
    BOOST_TEST(answer.says("Allow: POST, GET, HEAD, DELETE"));
    BOOST_TEST(shop.ask("OPTIONS", "/allocate").says("Allow: POST"));
    expect(shop.ask("BREW", "/allocate"), 501, "ERR", "method", "this path has POST");
    expect(shop.ask("GET", "/v2/info"), 404, "ERR", "target");
}

BOOST_AUTO_TEST_CASE(when_it_is_asked_how_it_does_then_it_tells_what_info_tells) {
    Shop<> shop;
    const auto info = shop.ask("GET", "/v1/info").json();
    BOOST_TEST(info.at_pointer("/Stock/batches").as_string() == "3");
    expect(shop.ask("POST", "/v1/snapshots"), 501, "ERR", "");
    bool is_running = false;
    shop.hub.backend.start_snapshot = [&] { return !std::exchange(is_running, true); };
    BOOST_TEST(shop.ask("POST", "/v1/snapshots").status == 202U);
    expect(shop.ask("POST", "/v1/snapshots"), 409, "ERR", "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_json_that_breaks_a_rule)

BOOST_AUTO_TEST_CASE(when_a_field_is_wrong_then_it_is_named_with_its_rule_and_nothing_changes) {
    Shop<> shop;
    const auto before = shop.engine.journal.last();
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
             {R"({"sku":7,"quantity":1})", "BADNAME", "sku", "'7' is no SKU"},
             {R"({"sku":null,"quantity":1})", "BADNAME", "sku", "'null' is no SKU"},
             {R"({"sku":"","quantity":1})", "BADNAME", "sku", "1 to 64 bytes"},
             {R"({"sku":"a b","quantity":1})", "BADNAME", "sku", "'a b'"},
             {R"({"sku":"a\u0000b","quantity":1})", "BADNAME", "sku", "a\\\\x00b"},
             {R"({"sku":"SKU","quantity":"1"})", "BADQTY", "quantity", R"('\"1\"' is no quantity)"},
             {R"({"sku":"SKU","quantity":1.0})", "BADQTY", "quantity", "a whole number from 1"},
             {R"({"sku":"SKU","quantity":1e3})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":0})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":-1})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":1000000001})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":18446744073709551617})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":true})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":[1]})", "BADQTY", "quantity", ""},
             {R"({"sku":"SKU","quantity":1,"eta":""})", "BADDATE", "eta", "is no day"},
             {R"({"sku":"SKU","quantity":1,"eta":"2011-02-30"})", "BADDATE", "eta", ""},
             {R"({"sku":"SKU","quantity":1,"eta":"2011-01-02T00:00:00"})", "BADDATE", "eta", ""},
             {R"({"sku":"SKU","quantity":1,"eta":20110102})", "BADDATE", "eta", ""},
         }) {
        HttpAnswer answer = shop.ask("PUT", "/v1/batches/new", each.body);
        expect(answer, 400, each.code, each.field, each.part);
    }
    BOOST_TEST(shop.engine.journal.last() == before);
}

BOOST_AUTO_TEST_CASE(when_it_is_no_json_then_it_is_refused) {
    Shop<> shop;
    for (const std::string_view body :
         {"", "{", "[]", "null", "1", "\"a\"", "{}{}", "{\"sku\":\"S\",\"quantity\":1,}",
          "{\"sku\":\"S\",\"quantity\":1} x", "{/*a*/\"sku\":\"S\",\"quantity\":1}",
          "{'sku':'S','quantity':1}", "{\"sku\":\"S\",\"quantity\":01}",
          "{\"sku\":\"S\",\"quantity\":NaN}", "{\"sku\":\"\xFF\",\"quantity\":1}",
          "{\"sku\":\"\xC0\xAF\",\"quantity\":1}", "{\"sku\":\"\\ud800\",\"quantity\":1}",
          "{\"sku\":\"a\nb\",\"quantity\":1}", "\xEF\xBB\xBF{\"sku\":\"S\",\"quantity\":1}",
          "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}"}) {
        expect(shop.ask("PUT", "/v1/batches/new", body), 400, "SYNTAX", "");
    }
    expect(shop.ask("PUT", "/v1/batches/new", "[\"\x7F\r\n\"]"), 400, "SYNTAX", "", "no JSON: ");
    expect(shop.ask("PUT", "/v1/batches/new", "[1]"), 400, "SYNTAX", "", "'[1]' is no JSON object");
    expect(shop.ask("PUT", "/v1/batches/new", "{\"sku\":\xFF\x1B}"), 400, "SYNTAX", "",
           R"(at byte 7: '\\xff\\x1b}')");
    expect(shop.ask("PUT", "/v1/batches/new", "{"), 400, "SYNTAX", "", "at its end");
    std::string wide = "{\"lines\":[0";
    while (wide.size() < 60'000) wide += ",0";
    expect(shop.ask("POST", "/v1/orders/o/allocations", wide + "]}"), 400, "SYNTAX", "",
           "more than 10000 values");
    std::string many = "{\"f0\":0";
    for (int i = 1; i < 20; ++i) many += ",\"f" + std::to_string(i) + "\":0";
    expect(shop.ask("PUT", "/v1/batches/new", many + "}"), 400, "SYNTAX", "",
           "more than 16 fields");
}

BOOST_AUTO_TEST_CASE(when_lines_are_wrong_then_the_line_is_named) {
    Shop<> shop;
    const auto ask = [&](std::string_view body) {
        return shop.ask("POST", "/v1/orders/o/allocations", body);
    };
    expect(ask(R"({"lines":[]})"), 400, "SYNTAX", "lines", "1 to 1000 lines, not 0");
    expect(ask(R"({"lines":{}})"), 400, "SYNTAX", "lines", "'{}' is no array");
    expect(ask(R"({"lines":[1]})"), 400, "SYNTAX", "lines[0]", "'1' is no object");
    expect(ask(R"({"lines":[{"sku":"SKU","quantity":1},{"sku":"SKU"}]})"), 400, "SYNTAX",
           "lines[1].quantity", "missing");
    expect(ask(R"({"lines":[{"sku":"SKU","quantity":1,"x":1}]})"), 400, "SYNTAX", "lines[0].x");
    std::string many = R"({"lines":[{"sku":"SKU","quantity":1})";
    for (int i = 1; i <= 1000; ++i) many += R"(,{"sku":"SKU","quantity":1})";
    expect(ask(many + "]}"), 400, "SYNTAX", "lines", "1 to 1000 lines, not 1001");
}

BOOST_AUTO_TEST_CASE(when_a_body_comes_where_none_is_taken_then_it_is_refused) {
    Shop<> shop;
    expect(shop.ask("POST", "/v1/batches/ship/receive", "{}"), 400, "SYNTAX", "body", "2 bytes");
    BOOST_TEST(shop.ask("POST", "/v1/batches/ship/receive", "").status == 200U);
    expect(shop.ask("PUT", "/v1/batches/ship/eta"), 411, "SYNTAX", "Content-Length", "is missing");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_password_over_http)

namespace {
const allot::Password secret{"open sesame"};
}

BOOST_AUTO_TEST_CASE(when_it_is_given_then_the_client_is_served) {
    HttpDesk<> desk{{}, secret};
    for (const std::string_view given :
         {"Bearer open sesame", "bearer open sesame", "Basic YW55OnBlbiBzZXNhbWU=",
          "Basic b3BlcmF0b3I6b3BlbiBzZXNhbWU=", "Basic Om9wZW4gc2VzYW1l"}) {
        const bool is_right = given != "Basic YW55OnBlbiBzZXNhbWU=";  // any:pen sesame
        desk.send(allot::test::http_request("GET", "/v1/info", {},
                                            "Authorization: " + std::string{given} + "\r\n"));
        if (!is_right) {
            BOOST_TEST(desk.take().empty());
            desk.hub.now = desk.session.refusal_due();
            desk.execute();
        }
        const auto answers = allot::test::answers_in(desk.take());
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers.front().status == (is_right ? 200U : 401U), given);
    }
}

BOOST_AUTO_TEST_CASE(when_none_is_given_then_nothing_is_told_or_changed_but_that_it_lives) {
    HttpDesk<> desk{{}, secret};
    BOOST_TEST(desk.ask("GET", "/livez").status == 200U);
    for (const std::string_view path :
         {"/v1/info", "/v1/slowlog", "/v1/openapi.json", "/nowhere", "/allocate"}) {
        const auto answer = desk.ask("GET", path);
        expect(answer, 401, "NOAUTH", "Authorization", "required");
        BOOST_TEST(answer.says("WWW-Authenticate: Bearer realm=\"allot\", Basic realm=\"allot\""));
    }
    BOOST_TEST(desk.ask("POST", "/add_batch", R"({"ref":"b","sku":"SKU","qty":1})").body ==
               R"({"message":"Authorization: Authentication required."})");
    BOOST_TEST(desk.engine.journal.last() == 0U);
    BOOST_TEST(desk.session.ended());  // the body was not even read
}

BOOST_AUTO_TEST_CASE(when_it_is_owed_then_it_is_known_since_when) {
    HttpDesk<> desk{{}, secret};
    desk.ask("GET", "/livez");
    BOOST_TEST((desk.session.unknown_since() == desk.session.entered()));
    desk.ask("GET", "/v1/info", {}, "Authorization: Bearer open sesame\r\n");
    BOOST_TEST((desk.session.unknown_since() == allot::Hub::Time::max()));
    BOOST_TEST((HttpDesk<>{}.session.unknown_since() == allot::Hub::Time::max()));
}

BOOST_AUTO_TEST_CASE(when_it_is_wrong_then_the_answer_is_late_and_the_last_guess_ends_it) {
    HttpDesk<> desk{{}, secret};
    for (std::size_t guess = 1; guess <= desk.hub.limits.wrong_passwords_max; ++guess) {
        desk.send(allot::test::http_request("GET", "/v1/info", {}, "Authorization: Bearer x\r\n"));
        BOOST_TEST((desk.last_turn == allot::Conversation::Turn::held));
        BOOST_TEST(desk.take().empty());
        BOOST_TEST(
            (desk.session.refusal_due() == desk.hub.now + desk.hub.limits.wrong_password_delay));
        desk.hub.now = desk.session.refusal_due();
        desk.execute();
        const auto answers = allot::test::answers_in(desk.take());
        BOOST_REQUIRE(answers.size() == 1U);
        expect(answers.front(), 401, "WRONGPASS", "Authorization");
        const bool is_last = guess == desk.hub.limits.wrong_passwords_max;
        BOOST_TEST(answers.front().says("Connection: close") == is_last);
        BOOST_TEST(desk.session.ended() == is_last);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_name_that_anybody_can_point_here)

BOOST_AUTO_TEST_CASE(when_a_request_says_it_then_it_was_led_here_and_is_refused) {
    HttpDesk<> desk;
    desk.hub.http_local_names_only = true;
    const auto status = [&](std::string_view host, std::string_view path = "/v1/info") {
        return desk
            .ask_raw("GET " + std::string{path} + " HTTP/1.1\r\nHost: " + std::string{host} +
                     "\r\n\r\n")
            .status;
    };
    for (const std::string_view host :
         {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080"}) {
        BOOST_TEST(status(host) == 200U, host);
    }
    for (const std::string_view host :
         {"shop.example", "localhost.example:8080", "127.0.0.1.example", "", ":8080"}) {
        BOOST_TEST(status(host) == 421U, host);
    }
    expect(desk.ask_raw("GET /v1/info HTTP/1.1\r\nHost: a\xFF\r\n\r\n"), 421, "ERR", "Host",
           R"('a\\xff' is neither localhost nor an address)");
    BOOST_TEST(status("probe.example", "/livez") == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_page_in_somebodys_browser)

BOOST_AUTO_TEST_CASE(when_it_is_of_another_site_then_it_changes_nothing_here) {
    Shop<> shop;
    shop.hub.http_local_names_only = true;
    const auto changes = shop.engine.journal.last();
    for (const std::string_view origin :
         {"https://shop.example", "http://localhost.example", "http://127.0.0.1.example",
          "http://203.0.113.7:8080", "http://[2001:db8::1]", "http://[::1].example", "null",
          "localhost", "http://", ""}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        const auto dropped = shop.hub.counters.of(allot::Drop::cross_protocol);
        expect(shop.ask("POST", "/v1/batches/ship/receive", {}, header), 403, "ERR", "Origin",
               "'" + std::string{origin} + "' is not of this machine");
        BOOST_TEST(shop.hub.counters.of(allot::Drop::cross_protocol) == dropped + 1, origin);
        BOOST_TEST(shop.ask("GET", "/livez", {}, header).status == 200U, origin);
    }
    BOOST_TEST(shop.engine.journal.last() == changes);
}

BOOST_AUTO_TEST_CASE(when_it_is_of_this_machine_then_it_is_served) {
    Shop<> shop;
    shop.hub.http_local_names_only = true;
    for (const std::string_view origin : {"http://localhost", "http://LocalHost:3000",
                                          "https://127.0.0.1:8443", "http://[::1]:3000"}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        BOOST_TEST(shop.ask("GET", "/v1/info", {}, header).status == 200U, origin);
    }
}

BOOST_AUTO_TEST_CASE(when_it_has_to_know_a_password_then_nobody_asks_where_it_is_from) {
    Shop<> shop;
    BOOST_TEST(shop.ask("GET", "/v1/info", {}, "Origin: https://shop.example\r\n").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_it_says_so_twice_then_it_is_refused) {
    Shop<> shop;
    BOOST_TEST(
        shop.ask("GET", "/v1/info", {}, "Origin: http://localhost\r\nOrigin: http://localhost\r\n")
            .status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_query)

BOOST_AUTO_TEST_CASE(when_a_part_comes_twice_then_neither_is_taken) {
    Shop<> shop;
    for (const std::string_view query : {"sku=SKU&sku=LAMP", "sku=SKU&after=1&sku=SKU"}) {
        expect(shop.ask("GET", "/v1/shortages?" + std::string{query}), 400, "SYNTAX", "sku");
    }
    BOOST_TEST(shop.ask("GET", "/v1/shortages?sku=SKU&after=1").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_key_with_a_request)

namespace {
constexpr std::string_view key = "Idempotency-Key: 4f1d\r\n";
constexpr std::string_view one_lamp = R"({"lines":[{"sku":"LAMP","quantity":1}]})";
}  // namespace

BOOST_AUTO_TEST_CASE(when_it_comes_again_then_the_first_answer_is_given_and_nothing_done) {
    Shop<> shop;
    const auto first = shop.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(first.status == 201U);
    shop.ask("DELETE", "/v1/orders/o/allocations");
    const auto changes = shop.engine.journal.last();
    const auto again = shop.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(again.status == 201U);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(shop.engine.journal.last() == changes);
}

BOOST_AUTO_TEST_CASE(when_it_comes_with_something_else_then_that_is_refused) {
    Shop<> shop;
    shop.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    expect(shop.ask("POST", "/v1/orders/o/allocations", two_lines, key), 422, "SYNTAX",
           "Idempotency-Key", "'4f1d' came with another request before");
    expect(shop.ask("POST", "/v1/orders/p/allocations", one_lamp, key), 422, "SYNTAX",
           "Idempotency-Key");
    BOOST_TEST(shop.ask("GET", "/v1/orders/p/allocations").body == R"({"order":"p","lines":[]})");
}

BOOST_AUTO_TEST_CASE(when_the_first_was_refused_by_the_business_then_that_is_its_answer) {
    Shop<> shop;
    const std::string_view six = R"({"lines":[{"sku":"LAMP","quantity":6}]})";
    BOOST_TEST(shop.ask("POST", "/v1/orders/o/allocations", six, key).status == 409U);
    shop.ask("PUT", "/v1/batches/more", R"({"sku":"LAMP","quantity":10})");
    BOOST_TEST(shop.ask("POST", "/v1/orders/o/allocations", six, key).status == 409U);
    BOOST_TEST(shop.ask("POST", "/v1/orders/o/allocations", six).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_was_refused_in_an_empty_store_then_that_is_its_answer) {
    HttpDesk<> desk;
    const auto first = desk.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    expect(first, 404, "INVALIDSKU", "lines[0].sku");
    BOOST_TEST(desk.engine.journal.last() == 0U);
    desk.ask("PUT", "/v1/batches/b", R"({"sku":"LAMP","quantity":5})");
    const auto again = desk.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(again.status == first.status);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(desk.ask("POST", "/v1/orders/o/allocations", one_lamp).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_broke_a_rule_then_it_may_come_again_mended) {
    Shop<> shop;
    const std::string_view none = R"({"lines":[{"sku":"LAMP","quantity":0}]})";
    BOOST_TEST(shop.ask("POST", "/v1/orders/o/allocations", none, key).status == 400U);
    BOOST_TEST(shop.ask("POST", "/v1/orders/o/allocations", one_lamp, key).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_is_not_durable_yet_then_neither_answer_is_given) {
    HttpDesk<allot::test::HandJournal> desk;
    const std::string request =
        allot::test::http_request("PUT", "/v1/batches/b", R"({"sku":"SKU","quantity":1})", key);
    desk.send(request);
    allot::HttpSession other{desk.hub, "test:2"};
    request.copy(other.prepare().data(), request.size());
    other.received(request.size());
    other.execute();
    BOOST_TEST(!other.output().empty());
    BOOST_TEST(!other.output().release(0));
    BOOST_TEST(other.output().release(1));
}

BOOST_AUTO_TEST_CASE(when_it_is_no_key_then_it_is_refused) {
    for (const std::string& bad :
         {std::string{}, std::string(129, 'k'), std::string{"a b"}, std::string{"\xC3\xA9"}}) {
        Shop<> shop;
        expect(shop.ask("PUT", "/v1/batches/x", R"({"sku":"S","quantity":1})",
                        "Idempotency-Key: " + bad + "\r\n"),
               400, "SYNTAX", "Idempotency-Key",
               "is no key: it has 1 to 128 bytes of printable ASCII, without spaces");
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_many_then_the_oldest_make_room_within_the_bound) {
    constexpr std::size_t bound = 100'000;
    allot::http::RememberedAnswers answers{bound};
    for (int i = 0; i < 5000; ++i) {
        answers.remember("key" + std::to_string(i),
                         {{}, {.status = 201, .body = std::string(300, 'x')}, 7});
        BOOST_TEST_REQUIRE(answers.bytes() <= bound);
    }
    BOOST_TEST(answers.size() > 100U);
    BOOST_TEST(answers.find("key0") == nullptr);
    const auto* const last = answers.find("key4999");
    BOOST_REQUIRE(last != nullptr);
    BOOST_TEST(last->lsn == 7U);
    answers.remember("large", {{}, {.status = 201, .body = std::string(2 * bound, 'x')}, 8});
    BOOST_TEST(answers.size() == 0U);
    BOOST_TEST(answers.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_the_description_of_the_api)

BOOST_AUTO_TEST_CASE(when_it_is_compared_with_the_routes_then_neither_has_more) {
    std::set<std::string> described;
    const json::value description = json::parse(std::string{allot::http::openapi_text});
    for (const auto& [path, methods] : description.at("paths").as_object()) {
        for (const auto& [method, ignored] : methods.as_object()) {
            described.insert(std::string{method} + " " + std::string{path});
        }
    }
    std::set<std::string> served;
    for (const allot::http::Route& route : allot::http::routes()) {
        std::string method{boost::beast::http::to_string(route.method)};
        for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
        served.insert(method + " " + std::string{route.path});
    }
    BOOST_TEST(served == described, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(when_a_command_has_no_route_then_the_document_says_so) {
    std::ifstream file{ALLOT_SOURCE_DIR "/net/HTTP.md"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::string routes = text.substr(0, text.find("\nThree routes are"));
    const std::size_t absent = routes.find("\nNo route has ");
    BOOST_REQUIRE(absent != std::string::npos);
    for (const allot::CommandSpec& spec : allot::command_table()) {
        const std::string name = "`" + std::string{spec.name};
        const auto named = [&](std::string_view part) {
            return part.find(name + "`") != std::string_view::npos ||
                   part.find(name + " ") != std::string_view::npos;
        };
        const bool has_route = named(std::string_view{routes}.substr(0, absent));
        const bool has_none = named(std::string_view{routes}.substr(absent));
        BOOST_TEST(has_route != has_none, spec.name);
    }
}

BOOST_AUTO_TEST_CASE(when_it_is_asked_for_then_it_is_the_file_in_the_tree) {
    std::ifstream file{ALLOT_SOURCE_DIR "/net/http/openapi.json"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    HttpDesk<> desk;
    BOOST_TEST(desk.ask("GET", "/v1/openapi.json").body == text);
}

BOOST_AUTO_TEST_SUITE_END()

// Commands on stock over HTTP, with their paths and methods.

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "tests/net/http/http_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

namespace {

using allot::test::expect_error;
using allot::test::HttpFixture;
using allot::test::HttpStock;
using allot::test::two_lines;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_stock_over_http)

BOOST_AUTO_TEST_CASE(when_an_order_of_several_lines_is_allocated_then_each_line_has_its_batch) {
    HttpStock server;
    const auto first = server.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(first.status == 201U);
    BOOST_TEST(first.body == R"({"order":"o","lines":[{"sku":"SKU","quantity":4,"batch":"here"},)"
                             R"({"sku":"LAMP","quantity":2,"batch":"lamps"}]})");
    const auto again = server.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(again.status == 200U);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(server.ask("GET", "/v1/orders/o/allocations").body == first.body);
}

BOOST_AUTO_TEST_CASE(when_one_line_cannot_be_allocated_then_no_line_is) {
    HttpStock server;
    expect_error(
        server.ask("POST", "/v1/orders/o/allocations",
                   R"({"lines":[{"sku":"SKU","quantity":4},{"sku":"LAMP","quantity":6}]})"),
        409, "OUTOFSTOCK", "lines[1].sku", "Out of stock for sku LAMP");
    expect_error(server.ask("POST", "/v1/orders/o/allocations",
                            R"({"lines":[{"sku":"NONE","quantity":4}]})"),
                 404, "INVALIDSKU", "lines[0].sku", "Invalid sku NONE");
    BOOST_TEST(server.ask("GET", "/v1/orders/o/allocations").body == R"({"order":"o","lines":[]})");
}

BOOST_AUTO_TEST_CASE(when_lines_are_released_then_the_answer_has_their_number) {
    HttpStock server;
    server.ask("POST", "/v1/orders/o/allocations", two_lines);
    const std::string path = "/v1/orders/o/allocations";
    BOOST_TEST(server.ask("DELETE", path + "?sku=SKU&quantity=5").body == R"({"released":0})");
    BOOST_TEST(server.ask("DELETE", path + "?sku=SKU&quantity=4").body == R"({"released":1})");
    BOOST_TEST(server.ask("DELETE", path + "?sku=LAMP").body == R"({"released":1})");
    BOOST_TEST(server.ask("DELETE", path).body == R"({"released":0})");
    expect_error(server.ask("DELETE", path + "?quantity=4"), 400, "SYNTAX", "sku", "it is missing");
    expect_error(server.ask("DELETE", path + "?sku=SKU&quantity=04x"), 400, "BADQTY", "quantity");
    expect_error(server.ask("DELETE", path + "?skew=SKU"), 400, "SYNTAX", "skew",
                 "unknown query parameter: this path takes sku and quantity");
    expect_error(server.ask("GET", path + "?%0d%0a=1"), 400, "SYNTAX", R"(\x0d\x0a)",
                 "this path takes none");
}

BOOST_AUTO_TEST_CASE(when_a_batch_shrinks_or_moves_then_its_lines_follow_the_rules) {
    HttpStock server;
    server.ask("POST", "/v1/orders/o/allocations", two_lines);
    BOOST_TEST(server.ask("PUT", "/v1/batches/here/quantity", R"({"quantity":3})").body ==
               R"({"released":1})");
    BOOST_TEST(server.ask("PUT", "/v1/batches/here/eta", R"({"eta":"2031-01-02"})").body ==
               R"({"batch":"here","eta":"2031-01-02"})");
    BOOST_TEST(server.ask("POST", "/v1/batches/ship/receive").body ==
               R"({"batch":"ship","eta":null})");
    BOOST_TEST(server.ask("GET", "/v1/skus/SKU/stock").body ==
               R"({"sku":"SKU","version":8,"batches":[{"batch":"ship","eta":null,)"
               R"("purchased":10,"available":6},{"batch":"here","eta":"2031-01-02","purchased":3,)"
               R"("available":3}]})");
    BOOST_TEST(server.ask("GET", "/v1/skus/SKU/available").body ==
               R"({"sku":"SKU","available":9})");
    BOOST_TEST(server.ask("GET", "/v1/skus/SKU/available?day=2030-12-31").body ==
               R"({"sku":"SKU","available":6})");
    expect_error(server.ask("PUT", "/v1/batches/none/quantity", R"({"quantity":3})"), 404,
                 "NOSUCHBATCH", "batch", "No batch none");
}

BOOST_AUTO_TEST_CASE(when_a_day_is_the_warehouse_then_its_case_does_not_matter) {
    HttpStock server;
    for (const std::string_view day : {"warehouse", "WAREHOUSE", "WareHouse"}) {
        BOOST_TEST(server.ask("GET", "/v1/skus/SKU/available?day=" + std::string{day}).body ==
                   R"({"sku":"SKU","available":10})");
    }
    expect_error(server.ask("GET", "/v1/skus/SKU/available?day=warehouses"), 400, "BADDATE", "day",
                 "invalid date 'warehouses'");
}

BOOST_AUTO_TEST_CASE(R14_when_stock_was_out_then_shortages_list_the_lines) {
    HttpStock server;
    server.ask("POST", "/v1/orders/o1/allocations", R"({"lines":[{"sku":"SKU","quantity":11}]})");
    server.ask("POST", "/v1/orders/o2/allocations", R"({"lines":[{"sku":"LAMP","quantity":6}]})");
    server.ask("POST", "/v1/orders/o1/allocations", R"({"lines":[{"sku":"SKU","quantity":11}]})");
    const std::string lamp = R"({"order":"o2","sku":"LAMP","quantity":6,"since":5}]})";
    BOOST_TEST(server.ask("GET", "/v1/shortages").body ==
               R"({"shortages":[{"order":"o1","sku":"SKU","quantity":11,"since":4},)" + lamp);
    BOOST_TEST(server.ask("GET", "/v1/shortages?sku=LAMP").body == R"({"shortages":[)" + lamp);
    BOOST_TEST(server.ask("GET", "/v1/shortages?after=4").body == R"({"shortages":[)" + lamp);
    server.ask("DELETE", "/v1/orders/o2/allocations");
    BOOST_TEST(server.ask("GET", "/v1/shortages?after=4").body == R"({"shortages":[]})");
    expect_error(server.ask("GET", "/v1/shortages?sku=NONE"), 404, "INVALIDSKU", "sku");
    expect_error(server.ask("GET", "/v1/shortages?after=-1"), 400, "SYNTAX", "after", "'-1'");
}

BOOST_AUTO_TEST_CASE(when_many_lines_are_short_then_a_slice_ends_with_each_question) {
    HttpFixture<> server;
    server.ask("PUT", "/v1/batches/b", R"({"sku":"SKU","quantity":1})");
    const auto ask_for = [&](int units) {
        server.ask("POST", "/v1/orders/o/allocations",
                   R"({"lines":[{"sku":"SKU","quantity":)" + std::to_string(units) + "}]}");
    };
    const auto slices = [&] {
        const std::string one = allot::test::http_request("GET", "/v1/shortages?after=5000");
        const std::string two = one + one + allot::test::http_request("GET", "/livez");
        server.session.received(two.copy(server.session.prepare().data(), two.size()));
        int count = 1;
        while (server.session.execute() == allot::Session::ExecuteResult::yield) ++count;
        server.context.store.unlock();
        BOOST_TEST(allot::test::answers_in(server.take()).size() == 3U);
        return count;
    };
    for (int i = 0; i < 1000; ++i) ask_for(10 + i);
    BOOST_TEST(slices() == 1);
    ask_for(2000);
    BOOST_TEST(slices() == 3);
}

BOOST_AUTO_TEST_CASE(when_a_plan_is_explained_then_nothing_changes) {
    HttpStock server;
    const auto before = server.engine.journal.last();
    const auto plan =
        server
            .ask("POST", "/v1/orders/o/explanation",
                 R"({"lines":[{"sku":"SKU","quantity":11},{"sku":"SKU","quantity":2}]})")
            .json();
    BOOST_TEST(plan.at_pointer("/lines/0/refusal").as_string() == "OUTOFSTOCK");
    BOOST_TEST(plan.at_pointer("/lines/1/batch").as_string() == "here");
    BOOST_TEST(plan.at_pointer("/lines/1/candidates/1/verdict").as_string() == "not needed");
    BOOST_TEST(server.engine.journal.last() == before);
}

BOOST_AUTO_TEST_CASE(when_a_batch_is_added_again_then_it_is_the_same_or_refused) {
    HttpStock server;
    BOOST_TEST(server.ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":10})").status ==
               200U);
    expect_error(server.ask("PUT", "/v1/batches/here", R"({"sku":"SKU","quantity":11})"), 409,
                 "BATCHEXISTS", "batch");
}

BOOST_AUTO_TEST_CASE(when_a_name_is_encoded_in_the_path_then_it_is_decoded_once) {
    HttpStock server;
    const std::string path = "/v1/orders/a%2Fb%2520%C3%A9/allocations";
    server.ask("POST", path, two_lines);
    BOOST_TEST(server.ask("GET", path).json().at("order").as_string() == "a/b%20\xC3\xA9");
    for (const std::string_view bad :
         {"a%00b", "a%0d%0ab", "%C0%AF", "%F0%80%80%AF", "%ED%A0%80", "%20", "%FF", "%7F"}) {
        expect_error(server.ask("GET", "/v1/orders/" + std::string{bad} + "/allocations"), 400,
                     "BADNAME", "order");
    }
    const std::string too_long(65, 'a');
    expect_error(server.ask("GET", "/v1/orders/" + too_long + "/allocations"), 400, "BADNAME",
                 "order");
}

BOOST_AUTO_TEST_CASE(when_a_target_is_not_exactly_a_route_then_it_is_refused) {
    HttpStock server;
    for (const std::string_view path :
         {"//livez", "/livez/", "/v1//info", "/v1/orders//allocations", "/allocations/", "/",
          "/v1/info%2F", "/LIVEZ", "/v1%2Finfo", "/livez;a"}) {
        expect_error(
            server.ask("GET", path), 404, "ERR", "target",
            "no resource at '" + std::string{path} + "': /v1/openapi.json describes all paths");
    }
    for (const std::string_view path :
         {"/v1/../livez", "/./livez", "/v1/%2e%2E/livez", "/%2e/livez", "/livez%", "/livez%2",
          "/livez%zz", "livez", "*", "/livez?a=%"}) {
        expect_error(
            server.ask("GET", path), 400, "SYNTAX", "target",
            "invalid target '" + std::string{path} + "': expected a path that begins with /");
    }
    BOOST_TEST(server.ask("GET", "http://localhost/livez").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_the_path_does_not_support_the_method_then_allow_lists_those_it_does) {
    HttpStock server;
    const auto answer = server.ask("PUT", "/v1/orders/o/allocations");
    expect_error(answer, 405, "ERR", "method",
                 "unsupported method 'PUT': this path supports POST, GET, HEAD, DELETE");
    BOOST_TEST(answer.says("Allow: POST, GET, HEAD, DELETE"));
    BOOST_TEST(server.ask("OPTIONS", "/allocate").says("Allow: POST"));
    expect_error(server.ask("BREW", "/allocate"), 501, "ERR", "method",
                 "unknown method: this path supports POST");
    expect_error(server.ask("GET", "/v2/info"), 404, "ERR", "target");
}

BOOST_AUTO_TEST_CASE(when_a_route_is_not_of_the_book_then_its_errors_have_a_code) {
    for (const allot::Route& route : allot::routes()) {
        HttpStock server;
        const auto method = boost::beast::http::to_string(route.method);
        std::string path{route.path};
        std::erase_if(path, [](char c) { return c == '{' || c == '}'; });
        const auto body = route.has(allot::flag_body) ? std::optional{"{}"} : std::nullopt;
        const auto answer = server.ask({method.data(), method.size()}, path + "?none=such", body);
        BOOST_TEST(answer.status == 400U, path);
        const bool is_of_book = route.path == "/allocate" || route.path == "/add_batch" ||
                                route.path == "/allocations/{order}";
        BOOST_TEST(answer.json().as_object().contains(is_of_book ? "message" : "error"), path);
        if (!is_of_book) expect_error(answer, 400, "SYNTAX", "none");
        expect_error(HttpStock{}.ask("PATCH", path), 405, "ERR", "method");
    }
}

BOOST_AUTO_TEST_CASE(when_info_is_requested_then_it_has_the_figures_of_the_command) {
    HttpStock server;
    const auto info = server.ask("GET", "/v1/info").json();
    BOOST_TEST(info.at_pointer("/stock/batches").as_int64() == 3);
    expect_error(server.ask("POST", "/v1/snapshots"), 501, "ERR", "");
    bool is_running = false;
    server.context.store.backend.start_snapshot = [&] { return !std::exchange(is_running, true); };
    BOOST_TEST(server.ask("POST", "/v1/snapshots").status == 202U);
    expect_error(server.ask("POST", "/v1/snapshots"), 409, "ERR", "");
}

BOOST_AUTO_TEST_SUITE_END()

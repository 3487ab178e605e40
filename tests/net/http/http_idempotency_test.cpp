// Requests with an Idempotency-Key: a repeated request is executed once.

#include <boost/test/unit_test.hpp>
#include <string>

#include "net/core/idempotency_cache.hpp"
#include "tests/net/http/http_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

namespace {

using allot::test::expect_error;
using allot::test::HttpFixture;
using allot::test::HttpStock;
using allot::test::two_lines;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_key_with_a_request)

namespace {
constexpr std::string_view key = "Idempotency-Key: 4f1d\r\n";
constexpr std::string_view one_lamp = R"({"lines":[{"sku":"LAMP","quantity":1}]})";
}  // namespace

BOOST_AUTO_TEST_CASE(when_the_key_comes_again_then_the_first_answer_is_given_and_nothing_done) {
    HttpStock server;
    const auto first = server.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(first.status == 201U);
    server.ask("DELETE", "/v1/orders/o/allocations");
    const auto changes = server.engine.journal.last();
    const auto again = server.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(again.status == 201U);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(server.engine.journal.last() == changes);
}

BOOST_AUTO_TEST_CASE(when_the_key_comes_with_another_request_then_that_is_refused) {
    HttpStock server;
    server.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    expect_error(server.ask("POST", "/v1/orders/o/allocations", two_lines, key), 422, "SYNTAX",
                 "Idempotency-Key", "Idempotency-Key '4f1d' was used with another request");
    expect_error(server.ask("POST", "/v1/orders/p/allocations", one_lamp, key), 422, "SYNTAX",
                 "Idempotency-Key");
    BOOST_TEST(server.ask("GET", "/v1/orders/p/allocations").body == R"({"order":"p","lines":[]})");
}

BOOST_AUTO_TEST_CASE(when_a_rule_refused_the_first_request_then_the_key_gives_that_answer) {
    HttpStock server;
    const std::string_view six = R"({"lines":[{"sku":"LAMP","quantity":6}]})";
    BOOST_TEST(server.ask("POST", "/v1/orders/o/allocations", six, key).status == 409U);
    server.ask("PUT", "/v1/batches/more", R"({"sku":"LAMP","quantity":10})");
    BOOST_TEST(server.ask("POST", "/v1/orders/o/allocations", six, key).status == 409U);
    BOOST_TEST(server.ask("POST", "/v1/orders/o/allocations", six).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_request_met_an_empty_store_then_the_key_gives_that_answer) {
    HttpFixture<> fixture;
    const auto first = fixture.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    expect_error(first, 404, "INVALIDSKU", "lines[0].sku");
    BOOST_TEST(fixture.engine.journal.last() == 0U);
    fixture.ask("PUT", "/v1/batches/b", R"({"sku":"LAMP","quantity":5})");
    const auto again = fixture.ask("POST", "/v1/orders/o/allocations", one_lamp, key);
    BOOST_TEST(again.status == first.status);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(fixture.ask("POST", "/v1/orders/o/allocations", one_lamp).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_request_was_malformed_then_it_may_come_again_corrected) {
    HttpStock server;
    const std::string_view none = R"({"lines":[{"sku":"LAMP","quantity":0}]})";
    BOOST_TEST(server.ask("POST", "/v1/orders/o/allocations", none, key).status == 400U);
    BOOST_TEST(server.ask("POST", "/v1/orders/o/allocations", one_lamp, key).status == 201U);
}

BOOST_AUTO_TEST_CASE(when_the_first_request_is_not_durable_yet_then_both_answers_wait) {
    HttpFixture<allot::test::HandJournal> fixture;
    const std::string request =
        allot::test::http_request("PUT", "/v1/batches/b", R"({"sku":"SKU","quantity":1})", key);
    fixture.send(request);
    allot::HttpSession other{fixture.context, "test:2"};
    request.copy(other.prepare().data(), request.size());
    other.received(request.size());
    other.execute();
    BOOST_TEST(!other.output().empty());
    BOOST_TEST(!release(other.output(), 0));
    BOOST_TEST(release(other.output(), 1));
}

BOOST_AUTO_TEST_CASE(when_the_key_is_malformed_then_it_is_refused) {
    for (const std::string& bad :
         {std::string{}, std::string(129, 'k'), std::string{"a b"}, std::string{"\xC3\xA9"}}) {
        HttpStock server;
        expect_error(server.ask("PUT", "/v1/batches/x", R"({"sku":"S","quantity":1})",
                                "Idempotency-Key: " + bad + "\r\n"),
                     400, "SYNTAX", "Idempotency-Key",
                     ": expected 1 to 128 bytes of printable ASCII, without spaces");
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_many_keys_then_the_oldest_are_dropped) {
    constexpr std::size_t bound = 100'000;
    allot::IdempotencyCache answers{bound};
    for (int i = 0; i < 5000; ++i) {
        answers.remember("key" + std::to_string(i), {{}, 201, "", {}, std::string(300, 'x'), 7});
        BOOST_TEST_REQUIRE(answers.bytes() <= bound);
    }
    BOOST_TEST(answers.size() > 100U);
    BOOST_TEST(answers.find("key0") == nullptr);
    const auto* const last = answers.find("key4999");
    BOOST_REQUIRE(last != nullptr);
    BOOST_TEST(last->lsn == 7U);
    answers.remember("large", {{}, 201, "", {}, std::string(2 * bound, 'x'), 8});
    BOOST_TEST(answers.size() == 0U);
    BOOST_TEST(answers.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

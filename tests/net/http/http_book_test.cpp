// The three routes of the service in the book, with its answers.

#include <boost/test/unit_test.hpp>

#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::test::book_batch;
using allot::test::book_line;
using allot::test::HttpFixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_service_of_the_book)

BOOST_AUTO_TEST_CASE(when_a_batch_is_added_and_a_line_allocated_then_it_answers_as_that_does) {
    HttpFixture<> fixture;
    const auto added = fixture.ask("POST", "/add_batch", book_batch);
    BOOST_TEST(added.status == 201U);
    BOOST_TEST(added.body == "OK");
    const auto allocated = fixture.ask("POST", "/allocate", book_line);
    BOOST_TEST(allocated.status == 202U);
    BOOST_TEST(allocated.body == "OK");
    const auto found = fixture.ask("GET", "/allocations/o");
    BOOST_TEST(found.status == 200U);
    BOOST_TEST(found.body == R"([{"sku":"SKU","batchref":"b"}])");
    BOOST_TEST(fixture.ask("GET", "/allocations/none").status == 404U);
    BOOST_TEST(fixture.context.counters.of(allot::ErrorCode::generic) == 0U);  // it is an answer
}

BOOST_AUTO_TEST_CASE(when_a_line_cannot_be_allocated_then_a_400_says_why) {
    HttpFixture<> fixture;
    fixture.ask("POST", "/add_batch", book_batch);
    const auto unknown = fixture.ask("POST", "/allocate", R"({"orderid":"o","sku":"X","qty":1})");
    BOOST_TEST(unknown.status == 400U);
    BOOST_TEST(unknown.body == R"({"message":"Invalid sku X"})");
    const auto short_of =
        fixture.ask("POST", "/allocate", R"({"orderid":"o","sku":"SKU","qty":11})");
    BOOST_TEST(short_of.status == 400U);
    BOOST_TEST(short_of.body == R"({"message":"Out of stock for sku SKU"})");
}

BOOST_AUTO_TEST_CASE(when_no_eta_is_given_then_the_batch_is_in_the_warehouse) {
    HttpFixture<> fixture;
    fixture.ask("POST", "/add_batch", R"({"ref":"late","sku":"SKU","qty":10,"eta":"2011-01-02"})");
    fixture.ask("POST", "/add_batch", R"({"ref":"here","sku":"SKU","qty":10})");
    fixture.ask("POST", "/allocate", book_line);
    BOOST_TEST(fixture.ask("GET", "/allocations/o").body == R"([{"sku":"SKU","batchref":"here"}])");
}

BOOST_AUTO_TEST_SUITE_END()

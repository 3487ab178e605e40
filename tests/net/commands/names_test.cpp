// Names with spaces, and older names that the present rule refuses, in both protocols.

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "tests/net/commands/stock_fixture.hpp"
#include "tests/net/fakes.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using namespace allot;
using test::framed;

constexpr std::string_view old_batch = "\uFEFFb-2";
constexpr std::string_view old_sku = "SMALL\u200BTABLE";
constexpr std::string_view old_order = "\u202Eorder";

/// A store that holds such names.
template <class Base>
struct OldNames : Base {
    OldNames() {
        MessageBus& bus = this->engine.bus;
        const Sku sku = Sku::stored(old_sku).value();
        const OrderId order = OrderId::stored(old_order).value();
        (void)bus.handle(AddBatch{BatchRef::stored(old_batch).value(), sku, 20});
        (void)bus.handle(Allocate{{order, sku, 5}});
        (void)bus.handle(Allocate{{order, sku, 99}});
    }
};

struct SpacedNames : test::RespFixture<> {
    SpacedNames() { ask("ADDBATCH \"Red batch\" 'Red chair' 20"); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_names_with_spaces, SpacedNames)

BOOST_AUTO_TEST_CASE(when_commands_name_them_then_they_are_names_like_any_other) {
    BOOST_TEST(ask("ALLOCATE \"an order\" \"Red chair\" 2") == "+Red batch\r\n");
    send(framed({"AVAILABLE", "Red chair"}));
    BOOST_TEST(take() == ":18\r\n");
    BOOST_TEST(ask("ALLOCATE o 'Red chair' 99") ==
               "-OUTOFSTOCK Out of stock for sku Red chair\r\n");
    BOOST_TEST(ask("SHORTAGES 'Red chair'").starts_with("*1\r\n*4\r\n"));
    BOOST_TEST(ask("DEALLOCATE 'an order'") == ":1\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_a_line_of_text_has_several_names_then_each_is_one_word_as_it_can_be_typed) {
    ask("ADDBATCH '7\"' 'Red chair' 5 2030-01-02");
    BOOST_TEST(ask("EXPLAIN 'an order' 'Red chair' 21 plain 1") ==
               "*4\r\n"
               "+\"an order\" \"Red chair\" 21: Out of stock for sku \"Red chair\"\r\n"
               "+  \"Red batch\", warehouse, 20 available: too small\r\n"
               "+  \"7\\\"\", 2030-01-02, 5 available: too small\r\n"
               "+\"an order\" plain 1: Invalid sku plain\r\n");
    BOOST_TEST(ask("EXPLAIN o 'Red chair' 20")
                   .starts_with("*3\r\n+o \"Red chair\" 20: \"Red batch\"\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_with_names_older_than_the_rule,
                         OldNames<test::RespFixture<>>)

BOOST_AUTO_TEST_CASE(when_a_new_object_would_get_such_a_name_then_it_is_refused) {
    const Lsn last = engine.journal.last();
    for (const std::string_view line :
         {"ADDBATCH \uFEFFb-3 X 1", "ADDBATCH b-3 X\u200B 1", "ALLOCATE \uFEFForder SMALL-TABLE 1",
          "STOCK \uFEFFX", "ALLOCATIONS \u202Eother", "DEALLOCATE \u202Eother",
          "RECEIVE \u202Eorder", "SHORTAGES \uFEFFb-2"}) {
        const std::string reply = ask(line);
        BOOST_TEST(reply.starts_with("-BADNAME invalid "), line << " gave " << reply);
        BOOST_TEST(reply.find("a name may not contain U+") != std::string::npos, reply);
    }
    BOOST_TEST(engine.journal.last() == last);
}

BOOST_AUTO_TEST_CASE(when_a_held_object_is_named_then_commands_find_it_and_show_the_name_escaped) {
    const std::string sku{old_sku};
    BOOST_TEST(ask("STOCK " + sku) ==
               "*1\r\n*4\r\n+\\xef\\xbb\\xbfb-2\r\n+warehouse\r\n:20\r\n:15\r\n");
    BOOST_TEST(ask("STOCK \"SMALL\\xe2\\x80\\x8bTABLE\"").starts_with("*1\r\n"));
    BOOST_TEST(ask("ALLOCATE new " + sku + " 99") ==
               "-OUTOFSTOCK Out of stock for sku SMALL\\xe2\\x80\\x8bTABLE\r\n");
    BOOST_TEST(ask("EXPLAIN new " + sku + " 1")
                   .starts_with("*2\r\n+new \"SMALL\\xe2\\x80\\x8bTABLE\" 1: "
                                "\"\\xef\\xbb\\xbfb-2\"\r\n"));
    BOOST_TEST(ask("SETQTY " + std::string{old_batch} + " 0") == ":1\r\n");
    BOOST_TEST(ask("DEALLOCATE " + std::string{old_order}) == ":0\r\n");
    BOOST_TEST(ask("ALLOCATIONS " + std::string{old_order}).starts_with("-BADNAME "));
}

BOOST_AUTO_TEST_CASE(when_a_message_names_a_held_object_then_its_command_finds_it) {
    send(framed({"PUBLISH", "change_batch_quantity",
                 R"({"batchref":")" + std::string{old_batch} + R"(","qty":30})"}));
    BOOST_TEST(take().starts_with(":"));
    BOOST_TEST(ask("AVAILABLE " + std::string{old_sku}) == ":25\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_store_with_older_names_over_http, OldNames<test::HttpFixture<>>)

BOOST_AUTO_TEST_CASE(when_names_have_spaces_then_paths_queries_and_bodies_take_them) {
    BOOST_TEST(
        ask("PUT", "/v1/batches/Red%20batch", R"({"sku":"Red chair","quantity":9})").status ==
        201U);
    BOOST_TEST(ask("GET", "/v1/skus/Red%20chair/available").body ==
               R"({"sku":"Red chair","available":9})");
    BOOST_TEST(ask("GET", "/v1/shortages?sku=Red+chair").body == R"({"shortages":[]})");
    BOOST_TEST(ask("GET", "/v1/skus/Red%20%20chair/stock").status == 400U);
}

BOOST_AUTO_TEST_CASE(
    when_what_is_held_is_named_then_it_is_data_in_answers_and_escaped_in_messages) {
    const auto stock = ask("GET", "/v1/skus/SMALL%E2%80%8BTABLE/stock");
    BOOST_TEST(stock.status == 200U);
    BOOST_TEST(stock.body.find(old_batch) != std::string::npos, stock.body);
    const auto refused = ask("POST", "/v1/orders/new/allocations",
                             R"({"lines":[{"sku":"SMALL\u200bTABLE","quantity":99}]})");
    BOOST_TEST(refused.status == 409U);
    BOOST_TEST(refused.body.find(R"("Out of stock for sku SMALL\\xe2\\x80\\x8bTABLE")") !=
                   std::string::npos,
               refused.body);
    BOOST_TEST(ask("PUT", "/v1/batches/%EF%BB%BFb-2/quantity", R"({"quantity":0})").status == 200U);
    BOOST_TEST(ask("PUT", "/v1/batches/%EF%BB%BFb-3/quantity", R"({"quantity":0})").status == 400U);
    BOOST_TEST(ask("GET", "/v1/orders/%EF%BB%BFnew/allocations").status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_names_beyond_ascii)

BOOST_AUTO_TEST_CASE(when_names_are_well_formed_then_replies_hold_them_as_they_are) {
    allot::test::StockFixture fixture;
    BOOST_TEST(fixture.ask("ALLOCATE o Tischgrün 1") == "-INVALIDSKU Invalid sku Tischgrün\r\n");
    BOOST_TEST(fixture.ask("ADDBATCH größe Tischgrün 1") == "+OK\r\n");
    BOOST_TEST(fixture.ask("ALLOCATE o Tischgrün 1") == "+größe\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

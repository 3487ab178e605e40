#include "net/cli/fact_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace allot;
using namespace allot::program;

namespace {
CommittedFact at_12(Fact fact) { return {12, 1'700'000'000'000'000, std::move(fact)}; }
}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_fact)

BOOST_AUTO_TEST_CASE(when_the_fact_is_text_then_it_is_one_line_that_says_all) {
    const std::string when = "12 2023-11-14T22:13:20.000Z ";
    BOOST_TEST(fact_as_text(at_12(BatchAdded{"s", "b", 5, Eta::warehouse()})) ==
               when + "batch_added batch=b sku=s quantity=5 eta=warehouse");
    BOOST_TEST(fact_as_text(at_12(BatchQuantityChanged{"s", "b", 5, 0})) ==
               when + "batch_quantity_changed batch=b sku=s from=5 to=0");
    BOOST_TEST(fact_as_text(at_12(BatchRescheduled{"s", "b", "2011-01-02", Eta::warehouse()})) ==
               when + "batch_rescheduled batch=b sku=s from=2011-01-02 to=warehouse");
    BOOST_TEST(fact_as_text(at_12(LineAllocated{{"o", "s", 3}, "b"})) ==
               when + "line_allocated order=o sku=s quantity=3 batch=b");
    BOOST_TEST(fact_as_text(at_12(LineDeallocated{{"o", "s", 3}, "b", 7})) ==
               when + "line_deallocated order=o sku=s quantity=3 batch=b allocated_at=7");
    BOOST_TEST(fact_as_text(at_12(LineAllocated{{"o", "s", 3}, "b", 7})) ==
               when + "line_allocated order=o sku=s quantity=3 batch=b since=7");
    BOOST_TEST(fact_as_text(at_12(OutOfStock{{"o", "s", 3}})) ==
               when + "out_of_stock order=o sku=s quantity=3");
}

BOOST_AUTO_TEST_CASE(when_a_name_has_spaces_or_invisible_characters_then_its_text_is_one_word) {
    BOOST_TEST(fact_as_text(at_12(LineAllocated{{"an order", "o\"x", 3},
                                                BatchRef::stored("\uFEFFb").value()}))
                   .ends_with(R"( order="an order" sku="o\"x" quantity=3 batch="\xef\xbb\xbfb")"));
    BOOST_TEST(fact_as_json(at_12(OutOfStock{{"an order", "s", 3}}))
                   .ends_with(R"("order":"an order","sku":"s","quantity":3})"));
}

BOOST_AUTO_TEST_CASE(when_the_fact_is_json_then_it_is_one_object) {
    const std::string when = R"({"lsn":12,"time":"2023-11-14T22:13:20.000Z","fact":)";
    BOOST_TEST(fact_as_json(at_12(BatchRescheduled{"s", "b", Eta::warehouse(), "2011-01-02"})) ==
               when +
                   R"("batch_rescheduled","batch":"b","sku":"s","from":null,"to":"2011-01-02"})");
    BOOST_TEST(
        fact_as_json(at_12(LineDeallocated{{"o", "s", 3}, "b", 7})) ==
        when +
            R"("line_deallocated","order":"o","sku":"s","quantity":3,"batch":"b","allocated_at":7})");
}

BOOST_AUTO_TEST_CASE(when_names_have_quotes_and_backslashes_then_json_escapes_them) {
    BOOST_TEST(fact_as_json(at_12(OutOfStock{{"o\"\\\"", "stühle", 3}}))
                   .ends_with(R"("order":"o\"\\\"","sku":"stühle","quantity":3})"));
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/program/tables.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>

using namespace allot;
using namespace allot::program;

namespace {

/// What reading a file of batches complains of.
std::vector<std::string> complaints_of_batches(std::string_view text,
                                               EmptyBatch empty = EmptyBatch::refused) {
    Complaints complaints;
    read_batches("b.csv", text, empty, complaints);
    return complaints.shown();
}

std::vector<std::string> complaints_of_orders(std::string_view text) {
    Complaints complaints;
    read_orders("o.csv", text, complaints);
    return complaints.shown();
}

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_file_of_batches)

BOOST_AUTO_TEST_CASE(when_it_keeps_the_rules_then_every_row_is_there_with_its_places) {
    Complaints complaints;
    const auto table =
        read_batches("b.csv", "ref,sku,qty,eta\nb1,\"S,1\",100,\nb2,s2,7,2011-01-02\n",
                     EmptyBatch::refused, complaints);
    BOOST_TEST(complaints.empty());
    BOOST_REQUIRE_EQUAL(table.rows.size(), 2);
    BOOST_TEST(table.rows[0].row.sku.view() == "S,1");
    BOOST_TEST(table.rows[0].row.eta.in_warehouse());
    BOOST_TEST(table.rows[1].row.purchased.units() == 7);
    BOOST_TEST(table.rows[1].row.eta.to_string() == "2011-01-02");
    BOOST_TEST((table.rows[0].places[2] == Place{2, 10}));
    BOOST_TEST((table.rows[1].places[3] == Place{3, 9}));
}

BOOST_AUTO_TEST_CASE(when_many_values_are_wrong_then_each_is_named_with_its_place_and_rule) {
    const std::string text =
        "ref,sku,qty,eta\n"
        "b 1,s1,0,2011-02-30\n"
        "b2,s2,10,\n"
        "b3,,1e3,2011-1-1\n";
    const std::string name =
        "a name is 1..64 bytes of UTF-8 without white space and control characters";
    const std::string quantity = "a quantity is a whole number 1..1000000000";
    const std::string eta = "an eta is a day as YYYY-MM-DD, or empty for the warehouse";
    BOOST_TEST(
        (complaints_of_batches(text) ==
         Lines{"b.csv:2:1: value 'b 1': " + name, "b.csv:2:8: value '0': " + quantity,
               "b.csv:2:10: value '2011-02-30': " + eta, "b.csv:4:4: value '': " + name,
               "b.csv:4:5: value '1e3': " + quantity, "b.csv:4:9: value '2011-1-1': " + eta}));
}

BOOST_AUTO_TEST_CASE(when_a_batch_is_empty_then_only_an_import_takes_it) {
    const std::string text = "ref,sku,qty,eta\nb1,s1,0,\n";
    BOOST_TEST(complaints_of_batches(text, EmptyBatch::accepted).empty());
    BOOST_TEST(complaints_of_batches(text, EmptyBatch::refused).size() == 1);
}

BOOST_AUTO_TEST_CASE(when_the_header_is_another_then_that_is_the_one_complaint) {
    const Lines swapped = {"b.csv:1:1: value 'sku,ref,qty,eta': the header is ref,sku,qty,eta"};
    BOOST_TEST((complaints_of_batches("sku,ref,qty,eta\nx\n") == swapped));
    const Lines empty = {"b.csv:1:1: value '': the header is ref,sku,qty,eta"};
    BOOST_TEST((complaints_of_batches("") == empty));
}

BOOST_AUTO_TEST_CASE(when_a_row_is_too_short_or_too_long_then_the_rest_is_still_checked) {
    const Lines expected = {"b.csv:2:4: value 's1': a row has 4 fields, and this one 2",
                            "b.csv:3:10: value 'more': a row has 4 fields, and this one 5",
                            "b.csv:4:5: value 's\\\"': a quote stands only around a whole field"};
    const std::string text = "ref,sku,qty,eta\nb1,s1\nb2,s2,1,,more\nb3,s\"1\",1,\nb4,s4,1,\n";
    BOOST_TEST((complaints_of_batches(text) == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_file_of_order_lines)

BOOST_AUTO_TEST_CASE(G2_when_a_quantity_is_no_whole_number_in_range_then_it_is_refused) {
    for (const char* const bad : {"0", "-5", "1.5", "10000000000", "ten", "+1", " 1", ""}) {
        BOOST_TEST_CONTEXT(bad) {
            const auto found = complaints_of_orders("orderid,sku,qty\no1,s1," + std::string{bad});
            BOOST_TEST(found.size() == 1);
            BOOST_TEST(found.at(0).starts_with("o.csv:2:7: value '" + std::string{bad} + "': "));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_a_value_has_control_characters_then_the_complaint_stays_one_line) {
    const auto found = complaints_of_orders("orderid,sku,qty\n\"o\n1\",s1,1\n");
    BOOST_TEST(found.at(0).starts_with("o.csv:2:1: value 'o\\n1': "));
}

BOOST_AUTO_TEST_CASE(when_it_has_more_rows_than_allowed_then_it_is_refused) {
    std::string text = "orderid,sku,qty\n";
    for (std::size_t i = 0; i < rows_max; ++i) text += "o,s,1\n";
    BOOST_TEST(complaints_of_orders(text).empty());
    const Lines expected = {"o.csv:1000002:1: value 'o': a file has at most 1000000 rows"};
    BOOST_TEST((complaints_of_orders(text + "o,s,1\no,s,1\n") == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_more_complaints_than_anyone_reads)

BOOST_AUTO_TEST_CASE(when_printed_then_a_hundred_are_shown_and_the_rest_counted) {
    Complaints complaints;
    for (std::uint32_t i = 1; i <= 103; ++i) complaints.add("f", {i, 1}, "x", "wrong");
    std::ostringstream text;
    complaints.print(text);
    BOOST_TEST(complaints.count() == 103);
    BOOST_TEST(text.str().starts_with("f:1:1: value 'x': wrong\nf:2:1: "));
    BOOST_TEST(text.str().ends_with("f:100:1: value 'x': wrong\nand 3 more\n"));
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/cli/csv/tables.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>

using namespace allot;
using namespace allot::program;

namespace {

using Lines = std::vector<std::string>;

/// The printed notes and errors.
Lines lines_of(const Diagnostics& diagnostics) {
    std::stringstream text;
    diagnostics.print(text);
    Lines lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

/// The diagnostics of reading a file of batches.
std::vector<std::string> diagnostics_of_batches(std::string_view text) {
    Diagnostics diagnostics;
    read_batches("b.csv", text, diagnostics);
    return lines_of(diagnostics);
}

/// The batches of a file without mistakes, written again.
std::string batches_in(std::string_view text) {
    Diagnostics diagnostics;
    std::vector<BatchRow> rows;
    for (const auto& at : read_batches("b.csv", text, diagnostics).rows) rows.push_back(at.row);
    BOOST_TEST(diagnostics.empty());
    return write_batches(rows);
}

std::vector<std::string> notes_of_batches(std::string_view text) {
    Diagnostics diagnostics;
    read_batches("b.csv", text, diagnostics);
    BOOST_TEST(diagnostics.empty());
    return lines_of(diagnostics);
}

std::vector<std::string> diagnostics_of_orders(std::string_view text) {
    Diagnostics diagnostics;
    read_orders("o.csv", text, diagnostics);
    return lines_of(diagnostics);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_file_of_batches)

BOOST_AUTO_TEST_CASE(when_the_file_keeps_the_rules_then_every_row_is_read_with_its_positions) {
    Diagnostics diagnostics;
    const auto table = read_batches(
        "b.csv", "batch,sku,quantity,eta\nb1,\"S,1\",100,\nb2,s2,7,2011-01-02\n", diagnostics);
    BOOST_TEST(diagnostics.empty());
    BOOST_REQUIRE_EQUAL(table.rows.size(), 2);
    BOOST_TEST(table.rows[0].row.sku.view() == "S,1");
    BOOST_TEST(table.rows[0].row.eta.in_warehouse());
    BOOST_TEST(table.rows[1].row.purchased.units() == 7);
    BOOST_TEST(table.rows[1].row.eta.to_string() == "2011-01-02");
    BOOST_TEST((table.rows[0].positions[2] == TextPosition{2, 10}));
    BOOST_TEST((table.rows[1].positions[3] == TextPosition{3, 9}));
}

BOOST_AUTO_TEST_CASE(when_many_values_are_wrong_then_each_is_named_with_its_position_and_rule) {
    const std::string text =
        "batch,sku,quantity,eta\n"
        " b1,s1,-1,2011-02-30\n"
        "b2,Red chair,10,\n"
        "b3,,1e3,2011-1-1\n";
    const std::string name = "a name ";
    const std::string quantity = "expected an integer from 0 to 1000000000";
    const std::string eta =
        "an eta is a day as YYYY-MM-DD, or for the warehouse empty or 'warehouse'";
    BOOST_TEST(
        (diagnostics_of_batches(text) ==
         Lines{"b.csv:2:1: value ' b1': " + name + "may not begin with a space",
               "b.csv:2:8: value '-1': " + quantity, "b.csv:2:11: value '2011-02-30': " + eta,
               "b.csv:4:4: value '': " + name + "has 1 to 64 bytes of UTF-8, not 0",
               "b.csv:4:5: value '1e3': " + quantity, "b.csv:4:9: value '2011-1-1': " + eta}));
}

BOOST_AUTO_TEST_CASE(when_a_batch_was_emptied_then_its_quantity_is_0) {
    BOOST_TEST(batches_in("batch,sku,quantity,eta\nb1,s1,0,\n") ==
               "batch,sku,quantity,eta\nb1,s1,0,\n");
}

BOOST_AUTO_TEST_CASE(when_columns_are_in_any_order_and_have_other_names_then_they_are_found) {
    const std::string expected = "batch,sku,quantity,eta\nb1,s1,7,2011-01-02\nb2,s2,0,\n";
    for (const std::string_view text :
         {"eta,qty,sku,ref\n2011-01-02,7,s1,b1\n,0,s2,b2\n",
          "batch,sku,quantity,eta\nb1,s1,7,2011-01-02\nb2,s2,0,warehouse\n",
          "SKU, Quantity ,ETA,BatchRef\ns1,7,2011-01-02,b1\ns2,0,WareHouse,b2\n",
          "ref;sku;qty;eta\r\nb1;s1;7;2011-01-02\r\nb2;s2;0;\r\n",
          "sep=;\r\nref;sku;qty;eta\r\nb1;s1;7;2011-01-02\r\nsep=;\r\nref;sku;qty;eta\r\nb2;s2;0;"
          "\r\n",
          "\xEF\xBB\xBFsep=\t\nref\tsku\tqty\teta\nb1\ts1\t7\t2011-01-02\nb2\ts2\t0\t\n",
          "sep=,\nnote;;;;;,sku,qty,eta,ref\n;;,s1,7,2011-01-02,b1\n;;;;;,s2,0,,b2\n",
          "ref\tsku\tqty\teta\nb1\ts1\t7\t2011-01-02\nb2\ts2\t0\t\n",
          "\xEF\xBB\xBF\"ref\";\"sku\";\"qty\";\"eta\"\n\"b1\";\"s1\";\"7\";\"2011-01-02\"\n"
          "b2;s2;0;\"\"\n",
          "note,ref,sku,size,qty,eta,\n\"a\nb\",b1,s1,,7,2011-01-02,\n,b2,s2,9,0,,x\n"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(batches_in(text) == expected); }
    }
}

BOOST_AUTO_TEST_CASE(when_a_field_holds_another_delimiter_then_it_is_part_of_it) {
    BOOST_TEST(batches_in("ref;sku;qty;eta\nb,1;\"s;1\";7;\n") ==
               "batch,sku,quantity,eta\n\"b,1\",s;1,7,\n");
}

BOOST_AUTO_TEST_CASE(when_the_file_has_other_columns_then_one_note_names_them) {
    BOOST_TEST((notes_of_batches("ref,sku,colour,qty,size,eta\nb1,s1,red,7,xl,\nb2,s2,,7,,\n") ==
                Lines{"b.csv:1:9: note: columns ignored: 'colour', 'size'"}));
    BOOST_TEST((notes_of_batches("batch,sku,quantity,eta,\nb1,s1,7,,\n") ==
                Lines{"b.csv:1:24: note: a column is ignored: ''"}));
    BOOST_TEST(notes_of_batches("batch,sku,quantity,eta\nb1,s1,7,\n").empty());
}

BOOST_AUTO_TEST_CASE(when_a_column_is_missing_then_one_diagnostic_names_the_expected_columns) {
    const std::string wanted =
        ": a file of batches has the columns batch (or batchref, ref), sku, quantity (or qty), "
        "eta, in any order, after a header that names them";
    BOOST_TEST(
        (diagnostics_of_batches("ref,sku,amount,eta\nx\n") ==
         Lines{"b.csv:1:1: value 'ref,sku,amount,eta': there is no column quantity" + wanted}));
    BOOST_TEST(
        (diagnostics_of_batches("b1,s1,7,2011-01-02\n") ==
         Lines{"b.csv:1:1: value 'b1,s1,7,2011-01-02': there is no column batch, sku, quantity, "
               "eta" +
               wanted}));
    BOOST_TEST(
        (diagnostics_of_batches("ref;sku;amount;eta\n") ==
         Lines{"b.csv:1:1: value 'ref;sku;amount;eta': there is no column quantity" + wanted}));
    // Line numbers include the line that sets the delimiter.
    BOOST_TEST((diagnostics_of_batches("sep=;\nref,sku\n") ==
                Lines{"b.csv:2:1: value 'ref,sku': there is no column batch, sku, quantity, eta" +
                      wanted}));
    BOOST_TEST(
        (diagnostics_of_batches("sep=|\nbatch,sku,quantity,eta\n") ==
         Lines{"b.csv:1:1: value 'sep=|': there is no column batch, sku, quantity, eta" + wanted}));
    BOOST_TEST(
        (diagnostics_of_batches("") ==
         Lines{"b.csv:1:1: value '': there is no column batch, sku, quantity, eta" + wanted}));
}

BOOST_AUTO_TEST_CASE(when_a_column_is_there_twice_then_each_that_is_too_many_is_named) {
    BOOST_TEST((diagnostics_of_batches("batch,sku,quantity,eta,sku\n") ==
                Lines{"b.csv:1:24: value 'sku': this column is there twice, before as 'sku'"}));
    BOOST_TEST(
        (diagnostics_of_batches("ref,sku,qty,quantity,eta\n") ==
         Lines{"b.csv:1:13: value 'quantity': this column is there twice, before as 'qty'"}));
}

BOOST_AUTO_TEST_CASE(when_files_were_joined_then_the_header_is_passed_over_and_a_mark_is_not) {
    const std::string mark = "\xEF\xBB\xBF";
    const std::string header = "batch,sku,quantity,eta\n";
    for (const std::string& joint : {header, mark + header}) {
        const std::string text = mark + header + "b1,s1,7,\n" + joint + "b2,s2,8,\n";
        BOOST_TEST(batches_in(text) == header + "b1,s1,7,\nb2,s2,8,\n");
        BOOST_TEST((notes_of_batches(text) == Lines{"b.csv:3:1: note: the header again, ignored"}));
    }
    const auto found = diagnostics_of_batches(header + "b1,s1,7,\n" + mark + "b2,s2,8,\n");
    BOOST_REQUIRE_EQUAL(found.size(), 1);
    BOOST_TEST(found[0].starts_with("b.csv:3:1: value '"));
    BOOST_TEST(
        found[0].ends_with("b2': a byte order mark stands only at a file's beginning, or "
                           "before its header again"));
}

BOOST_AUTO_TEST_CASE(when_the_file_is_not_in_utf_8_then_it_is_refused_whole) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {"\xFF\xFEr\0e\0f\0"sv, "\xFE\xFF\0r\0e\0f"sv, "r\0e\0f\0,\0"sv, "\0r\0e\0f\0,"sv,
          "\xFF\xFE\0\0r\0\0\0"sv, "\0\0\xFE\xFF\0\0\0r"sv}) {
        const auto found = diagnostics_of_batches(text);
        BOOST_REQUIRE_EQUAL(found.size(), 1);
        BOOST_TEST(found[0].ends_with("': this is UTF-16 or UTF-32: save the file as UTF-8"));
    }
}

BOOST_AUTO_TEST_CASE(when_a_row_is_too_short_or_too_long_then_the_rest_is_still_checked) {
    const Lines expected = {"b.csv:2:4: value 's1': a row has 4 fields, and this one 2",
                            "b.csv:3:10: value 'more': a row has 4 fields, and this one 5",
                            "b.csv:4:5: value 's\\\"': a quote stands only around a whole field"};
    const std::string text =
        "batch,sku,quantity,eta\nb1,s1\nb2,s2,1,,more\nb3,s\"1\",1,\nb4,s4,1,\n";
    BOOST_TEST((diagnostics_of_batches(text) == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_file_of_order_lines)

BOOST_AUTO_TEST_CASE(when_a_quantity_is_no_whole_number_in_range_then_it_is_refused) {
    for (const char* const bad : {"0", "-5", "1.5", "10000000000", "ten", "+1", " 1", ""}) {
        BOOST_TEST_CONTEXT(bad) {
            const auto found =
                diagnostics_of_orders("order,sku,quantity\no1,s1," + std::string{bad});
            BOOST_TEST(found.size() == 1);
            BOOST_TEST(found.at(0).starts_with("o.csv:2:7: value '" + std::string{bad} + "': "));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_rows_are_equal_then_they_are_one_line_and_a_note_names_both) {
    Diagnostics diagnostics;
    const auto table =
        read_orders("o.csv", "order;sku;quantity\no1;s;2\no1;t;2\no2;s;2\no1;s;2\no1;s;3\no1;s;2\n",
                    diagnostics);
    BOOST_TEST(diagnostics.empty());
    BOOST_TEST(table.rows.size() == 4);
    BOOST_TEST(table.repeated == 2);
    BOOST_TEST(table.rows[3].positions[0].line == 6);
    const std::string what =
        ": note: the same as line 2 (order o1, SKU s, quantity 2): they are one line, which is "
        "held "
        "once";
    BOOST_TEST((lines_of(diagnostics) == Lines{"o.csv:5:1" + what, "o.csv:7:1" + what}));
    BOOST_TEST(repeated_text(0).empty());
    BOOST_TEST(repeated_text(2) == ", 2 rows more that repeat others");
}

BOOST_AUTO_TEST_CASE(when_orders_are_collected_then_each_has_the_position_of_its_first_row) {
    Diagnostics diagnostics;
    auto table = read_orders(
        "o.csv", "order,sku,quantity\nb,s,1\na,s,1\nb,s,2\nc,s,1\na,s,2\nb,s,3\n", diagnostics);
    BOOST_TEST(rows_together(table, 0, OrdersAre::lines) == 1U);
    gather_orders(table);
    std::string gathered;
    for (const auto& [line, positions] : table.rows) {
        gathered.append(line.order.view()).append(std::to_string(line.quantity.units()));
    }
    BOOST_TEST(gathered == "b1b2b3a1a2c1");
    BOOST_TEST(rows_together(table, 0, OrdersAre::whole) == 3U);
    BOOST_TEST(rows_together(table, 3, OrdersAre::whole) == 2U);
    BOOST_TEST(rows_together(table, 5, OrdersAre::whole) == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_value_has_control_characters_then_the_diagnostic_stays_one_line) {
    const auto found = diagnostics_of_orders("order,sku,quantity\n\"o\n1\",s1,1\n");
    BOOST_TEST(found.at(0).starts_with("o.csv:2:1: value 'o\\n1': "));
}

BOOST_AUTO_TEST_CASE(when_the_file_has_more_rows_than_allowed_then_it_is_refused) {
    std::string text = "order,sku,quantity\n";
    for (std::size_t i = 0; i < rows_max; ++i) text += "o" + std::to_string(i) + ",s,1\n";
    BOOST_TEST(diagnostics_of_orders(text).empty());
    const Lines expected = {"o.csv:1000002:1: value 'o': a file has at most 1000000 rows"};
    BOOST_TEST((diagnostics_of_orders(text + "o,s,1\np,s,1\n") == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_more_diagnostics_than_are_printed)

BOOST_AUTO_TEST_CASE(
    when_the_diagnostics_are_printed_then_a_hundred_are_shown_and_the_rest_is_counted) {
    Diagnostics diagnostics;
    for (std::uint32_t i = 1; i <= 103; ++i) diagnostics.add("f", {i, 1}, "x", "wrong");
    std::ostringstream text;
    diagnostics.print(text);
    BOOST_TEST(diagnostics.count() == 103);
    BOOST_TEST(text.str().starts_with("f:1:1: value 'x': wrong\nf:2:1: "));
    BOOST_TEST(text.str().ends_with("f:100:1: value 'x': wrong\nand 3 more\n"));

    for (std::uint32_t i = 1; i <= 102; ++i) diagnostics.note("f", {i, 1}, "so");
    std::ostringstream both;
    diagnostics.print(both);
    BOOST_TEST(diagnostics.count() == 103);
    BOOST_TEST(both.str().starts_with("f:1:1: note: so\n"));
    BOOST_TEST(both.str().find("f:100:1: note: so\nand 2 more notes\nf:1:1: value") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/cli/csv/csv.hpp"

#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>

using namespace allot::program;

namespace {

std::vector<CsvRecord> read_all(std::string_view text) {
    CsvReader reader{text};
    std::vector<CsvRecord> records;
    while (auto record = reader.next()) records.push_back(std::move(*record));
    return records;
}

/// The fields of each row; a record that breaks a rule is a row with only the rule.
std::vector<std::vector<std::string>> texts(std::string_view text) {
    std::vector<std::vector<std::string>> rows;
    for (const CsvRecord& record : read_all(text)) {
        auto& row = rows.emplace_back();
        if (record.has_error()) {
            row.push_back("! " + std::string{record.error().rule});
            continue;
        }
        for (const CsvField& field : *record) row.push_back(field.text);
    }
    return rows;
}

using Texts = std::vector<std::vector<std::string>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_comma_separated_text)

BOOST_AUTO_TEST_CASE(when_plain_then_each_line_is_a_row) {
    BOOST_TEST((texts("a,b\nc,d\n") == Texts{{"a", "b"}, {"c", "d"}}));
}

BOOST_AUTO_TEST_CASE(when_the_last_line_has_no_end_then_it_is_read_all_the_same) {
    BOOST_TEST((texts("a,b\nc,") == Texts{{"a", "b"}, {"c", ""}}));
}

BOOST_AUTO_TEST_CASE(when_lines_end_in_crlf_or_are_empty_then_the_fields_do_not_show_it) {
    BOOST_TEST((texts("\r\na,b\r\n\n\r\nc,d\r\n\n") == Texts{{"a", "b"}, {"c", "d"}}));
}

BOOST_AUTO_TEST_CASE(when_lines_have_nothing_but_delimiters_then_they_are_passed_over) {
    BOOST_TEST((texts(",,,\r\na,b\n,\n,,\nc,\n,,") == Texts{{"a", "b"}, {"c", ""}}));
    BOOST_TEST((texts("\"\",\n,\"\"\n, \n") == Texts{{"", ""}, {"", ""}, {"", " "}}));
    std::string row;
    append_csv(row, {"", ""});
    BOOST_TEST((texts(row) == Texts{{"", ""}}));
}

BOOST_AUTO_TEST_CASE(when_the_text_begins_with_a_byte_order_mark_then_that_is_passed_over) {
    const auto records = read_all("\xEF\xBB\xBFref,x\n");
    BOOST_TEST(records.at(0)->at(0).text == "ref");
    BOOST_TEST((records.at(0)->at(1).position == TextPosition{1, 5}));
}

BOOST_AUTO_TEST_CASE(when_a_byte_order_mark_precedes_a_later_record_then_the_reader_reports_it) {
    CsvReader reader{
        "a\n\xEF\xBB\xBF\n\xEF\xBB\xBF"
        "b\nc,\xEF\xBB\xBF\n"};
    BOOST_TEST((**reader.next()).at(0).text == "a");
    BOOST_TEST(!reader.was_marked());
    const auto b = reader.next();
    BOOST_TEST((**b).at(0).text == "b");
    BOOST_TEST(((**b).at(0).position == TextPosition{3, 1}));
    BOOST_TEST(reader.was_marked());
    BOOST_TEST((**reader.next()).at(1).text == "\xEF\xBB\xBF");
    BOOST_TEST(!reader.was_marked());
}

BOOST_AUTO_TEST_CASE(when_the_header_has_another_delimiter_then_that_is_found) {
    for (const auto& [text, delimiter] : {std::pair{"a,b,c\n1;2;3;4;5", ','},
                                          {"a;b;c\n1,2,3,4", ';'},
                                          {"a\tb\n", '\t'},
                                          {"\"a;b;c\",d\n", ','},
                                          {"\n\r\na;b", ';'},
                                          {"\xEF\xBB\xBF"
                                           "a;b,c;d",
                                           ';'},
                                          {"alone", ','},
                                          {"", ','},
                                          {"a,b;c", ','}}) {
        BOOST_TEST(delimiter_of(text) == delimiter, text);
    }
}

BOOST_AUTO_TEST_CASE(when_fields_are_quoted_then_they_hold_commas_quotes_and_line_ends) {
    BOOST_TEST((texts("\"a,b\",\"say \"\"x\"\"\",\"1\r\n2\",\"\"\nnext\n") ==
                Texts{{"a,b", "say \"x\"", "1\r\n2", ""}, {"next"}}));
}

BOOST_AUTO_TEST_CASE(when_a_field_is_found_then_its_column_counts_characters) {
    const auto records = read_all("stühle,\"a\nb\",c\nd\n");
    BOOST_TEST((records.at(0)->at(1).position == TextPosition{1, 8}));
    BOOST_TEST((records.at(0)->at(2).position == TextPosition{2, 4}));
    BOOST_TEST((records.at(1)->at(0).position == TextPosition{3, 1}));
}

BOOST_AUTO_TEST_CASE(when_the_text_is_empty_then_there_is_no_row) {
    BOOST_TEST(texts("").empty());
    BOOST_TEST(texts("\xEF\xBB\xBF").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_text_that_breaks_a_rule_of_csv)

BOOST_AUTO_TEST_CASE(when_a_quote_is_inside_a_field_then_only_that_row_is_refused) {
    const auto records = read_all("a,b\"c,d\ne,f\n");
    BOOST_REQUIRE_EQUAL(records.size(), 2);
    BOOST_TEST((records[0].error().position == TextPosition{1, 4}));
    BOOST_TEST(records[0].error().rule == "a quote stands only around a whole field");
    BOOST_TEST(records[1]->at(0).text == "e");
}

BOOST_AUTO_TEST_CASE(when_text_follows_a_closing_quote_then_that_row_is_refused) {
    BOOST_TEST((texts("\"a\"b,c\nd\n") ==
                Texts{{"! a delimiter or a line end follows a closing quote"}, {"d"}}));
}

BOOST_AUTO_TEST_CASE(when_a_quote_is_never_closed_then_the_lines_after_it_are_still_read) {
    const auto records = read_all("a,\"b\nc\nd\n");
    BOOST_REQUIRE_EQUAL(records.size(), 3);
    BOOST_TEST((records[0].error().position == TextPosition{1, 3}));  // where the quote opens
    BOOST_TEST(records[1]->at(0).text == "c");
    BOOST_TEST(records[2]->at(0).text == "d");
}

BOOST_AUTO_TEST_CASE(when_a_quote_is_never_closed_then_doubled_ones_after_it_hide_no_line) {
    BOOST_TEST((texts("a,\"b\nc\n\"\"x\nd\n") ==
                Texts{{"! a quote that opens a field also closes it"},
                      {"c"},
                      {"! a delimiter or a line end follows a closing quote"},
                      {"d"}}));
}

BOOST_AUTO_TEST_CASE(when_a_carriage_return_is_alone_then_that_row_is_refused) {
    BOOST_TEST((texts("a\rb\nc\n") ==
                Texts{{"! a carriage return stands only before a line feed"}, {"c"}}));
}

BOOST_AUTO_TEST_CASE(when_a_field_is_too_long_then_it_is_refused_and_a_shorter_one_is_not) {
    const std::string fits(CsvReader::field_bytes_max, 'x');
    const Texts refused = {{"! a field has at most 4096 bytes"}, {"next"}};
    BOOST_TEST((texts(fits + "\n") == Texts{{fits}}));
    BOOST_TEST((texts('"' + fits + "\"\n") == Texts{{fits}}));
    BOOST_TEST((texts(fits + "x\nnext\n") == refused));
    BOOST_TEST((texts('"' + fits + "x\"\nnext\n") == refused));
    BOOST_TEST((texts('"' + fits + "\"\"\"\nnext\n") == refused));
}

BOOST_AUTO_TEST_CASE(when_a_row_has_too_many_fields_then_it_is_refused) {
    const std::string fits = 'x' + std::string(CsvReader::fields_max - 1, ',');
    BOOST_TEST(texts(fits + "\n").at(0).size() == CsvReader::fields_max);
    BOOST_TEST((texts(fits + ",\nnext\n") == Texts{{"! a row has at most 256 fields"}, {"next"}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_arbitrary_text)

// A random text in which every rule of the grammar is likely to matter.
static rc::Gen<std::string> csv_like() {
    return rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{",\"\r\n ax\xEF\xBB\xBF\xC3\xBC"}));
}

RC_BOOST_PROP(when_the_text_is_read_then_every_record_takes_some_of_it, ()) {
    const std::string text = *csv_like();
    CsvReader reader{text};
    for (std::size_t records = 0; reader.next(); ++records) RC_ASSERT(records < text.size());
}

RC_BOOST_PROP(when_rows_are_written_then_they_are_read_back_as_they_were, ()) {
    const auto rows = *rc::gen::container<std::vector<std::array<std::string, 3>>>(
        rc::gen::container<std::array<std::string, 3>>(csv_like()));
    std::string text;
    for (const auto& row : rows) append_csv(text, {row[0], row[1], row[2]});

    const auto back = read_all(text);
    RC_ASSERT(back.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        RC_ASSERT(back[i].has_value());
        RC_ASSERT(std::ranges::equal(*back[i], rows[i], {}, &CsvField::text));
    }
}

RC_BOOST_PROP(when_one_field_is_written_then_it_is_read_back_as_it_was, ()) {
    const std::string field = *csv_like();
    std::string text;
    append_csv(text, {field});
    const auto back = read_all(text);
    RC_ASSERT(back.size() == 1U);
    RC_ASSERT(back[0]->at(0).text == field);
}

BOOST_AUTO_TEST_SUITE_END()

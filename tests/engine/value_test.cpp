#include <boost/test/unit_test.hpp>
#include <string>

#include "engine/containers/compact_name.hpp"
#include "engine/eta.hpp"
#include "engine/name.hpp"
#include "engine/quantity.hpp"

using namespace allot;

BOOST_AUTO_TEST_SUITE(given_a_name)

BOOST_AUTO_TEST_CASE(when_the_name_is_1_to_64_bytes_of_utf8_then_it_is_one) {
    using namespace std::string_literals;
    for (const std::string& text :
         {"A"s, "RED-CHAIR"s, "table,\"small\""s, "stuhl-größe"s, "椅子"s, "🪑"s, "Red chair"s,
          "a b c"s, "roter Stuhl für 2"s, "eight888 more"s, "\uE000"s, "\U000EFFFD"s,
          std::string(64, 'x')}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(Sku::of(text).value().view() == text);
            BOOST_TEST(SkuView::of(text).value().view().data() == text.data());
            BOOST_TEST(SkuView::of(text).value().owned().view() == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_the_name_breaks_a_rule_then_it_is_refused) {
    using namespace std::string_literals;
    for (const std::string& text : {""s,
                                    std::string(65, 'x'),
                                    " "s,
                                    " a"s,
                                    "a "s,
                                    "a  b"s,
                                    "椅 "s,
                                    "eight888  more"s,
                                    "a\tb"s,
                                    "a\n"s,
                                    "\0"s,
                                    "a\x7F"s,
                                    "\xFF"s,
                                    "\xC0\xAF"s,
                                    "\xED\xA0\x80"s,
                                    "\xE2\x82"s,
                                    "\xF4\x90\x80\x80"s,
                                    "a\u00A0b"s,
                                    "a\u2003b"s,
                                    "a\u3000b"s,
                                    "a\u0085b"s,
                                    "\x80"s}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST((Sku::of(text).error() == Refusal::bad_name));
            BOOST_TEST((SkuView::of(text).error() == Refusal::bad_name));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_one_byte_at_any_offset_breaks_a_rule_then_it_is_refused) {
    for (std::size_t at = 0; at < 20; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text(20, 'x');
            text[at] = static_cast<char>(byte);
            const bool inner_space = byte == ' ' && at > 0 && at < 19;
            const bool plain = (byte > ' ' && byte < 0x7F) || inner_space;
            BOOST_TEST_CONTEXT("byte " << byte << " at " << at) {
                BOOST_TEST(Sku::of(text).has_value() == plain);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(when_two_spaces_are_adjacent_at_any_offset_then_it_is_refused) {
    for (std::size_t at = 1; at < 18; ++at) {
        std::string text(20, 'x');
        text[at] = text[at + 1] = ' ';
        BOOST_TEST(!is_name(text), text);
        BOOST_TEST(!is_stored_name(text), text);
        text[at + 1] = 'x';
        BOOST_TEST(is_name(text), text);
    }
}

BOOST_AUTO_TEST_CASE(when_a_name_has_invisible_characters_then_it_is_only_a_stored_name) {
    for (const std::string text : {"\uFEFFb-2", "order\u200B", "\u3164", "a\u202Eb", "\uFDD0"}) {
        BOOST_TEST((Sku::of(text).error() == Refusal::bad_name), text);
        BOOST_TEST(Sku::stored(text).value().view() == text);
    }
    for (const std::string text : {"a\tb", "a\u00A0b", "a\u2028b", " a", "", "\xFF"}) {
        BOOST_TEST((Sku::stored(text).error() == Refusal::bad_name), text);
    }
}

BOOST_AUTO_TEST_CASE(when_the_name_is_of_any_length_then_every_byte_is_kept) {
    std::string text;
    for (std::size_t bytes = 1; bytes <= Sku::bytes_max; ++bytes) {
        text.push_back(static_cast<char>('!' + bytes));
        const Sku name = Sku::of(text).value();
        BOOST_TEST(name.view() == text);
        BOOST_TEST(CompactName{name.view()}.view() == text);
    }
}

BOOST_AUTO_TEST_CASE(when_the_name_is_stored_compactly_then_it_is_the_same_however_long) {
    for (std::size_t size = 1; size <= 64; ++size) {
        const std::string text(size, 'n');
        CompactName a{text};
        CompactName b = std::move(a);
        a = CompactName{"other"};
        BOOST_TEST(b.view() == text);
        b = std::move(a);
        BOOST_TEST(b.view() == "other");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_quantity)

BOOST_AUTO_TEST_CASE(when_a_quantity_is_no_whole_number_in_range_then_it_is_refused) {
    for (const char* const text : {"0", "-5", "1.5", "10000000000", "ten", "", " 1", "1 ", "+1",
                                   "0x10", "1e3", "1000000001", "99999999999999999999"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST((Quantity::parse(text) == Result<Quantity>{Refusal::bad_quantity}));
        }
    }
    BOOST_TEST(Quantity::parse("1").value().units() == 1);
    BOOST_TEST(Quantity::parse("1000000000").value().units() == 1'000'000'000);
    BOOST_TEST(Purchased::parse("0").value().units() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_eta)

BOOST_AUTO_TEST_CASE(when_the_eta_is_a_calendar_day_then_it_reads_and_writes_as_iso_8601) {
    for (const char* const text :
         {"2011-01-02", "0001-01-01", "9999-12-31", "2000-02-29", "1969-12-31"}) {
        const Eta eta = Eta::parse(text).value();
        BOOST_TEST(eta.to_string() == text);
        BOOST_TEST((Eta::of_days(eta.days()).value() == eta));
    }
}

BOOST_AUTO_TEST_CASE(when_there_is_no_such_day_then_it_is_refused) {
    for (const char* const text :
         {"", "2011-02-29", "2011-13-01", "2011-00-10", "2011-1-02", "11-01-02", "2011/01/02",
          "2011-01-02 ", "0000-01-01", "2011-01-32", "20a1-01-02", "-011-01-02"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST((Eta::parse(text).error() == Refusal::bad_date)); }
    }
    BOOST_TEST((Eta::of_days(3'000'000).error() == Refusal::bad_date));
    BOOST_TEST((Eta::of_days(2'000'000'000).error() == Refusal::bad_date));
}

BOOST_AUTO_TEST_CASE(when_etas_are_ranked_then_the_warehouse_comes_before_every_day) {
    BOOST_TEST((Eta::warehouse() < Eta{"0001-01-01"}));
    BOOST_TEST((Eta{"2011-01-01"} < Eta{"2011-01-02"}));
    BOOST_TEST(Eta::warehouse().to_string().empty());
    BOOST_TEST((Eta::of_days(Eta::warehouse().days()).value() == Eta::warehouse()));
}

BOOST_AUTO_TEST_SUITE_END()

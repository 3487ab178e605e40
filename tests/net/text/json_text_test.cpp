#include "net/text/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

namespace {
std::string string_of(std::string_view text) {
    std::string out;
    allot::append_json_string(out, text);
    return out;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(given_text_for_a_json_string)

BOOST_AUTO_TEST_CASE(when_any_byte_is_in_it_then_it_is_one_string_of_printable_text) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text{'a', static_cast<char>(byte), 'b'};
        const std::string written = string_of(text);
        for (const char c : written) BOOST_TEST((c < 0 || (c >= ' ' && c <= '~')), byte);
        const auto read = boost::json::parse(written).as_string();
        BOOST_TEST(std::string{read} == (byte < 0x80 ? text
                                                     : "a\xEF\xBF\xBD"
                                                       "b"),
                   byte);
    }
}

BOOST_AUTO_TEST_CASE(when_the_text_is_utf8_then_it_is_kept_and_other_bytes_are_replaced) {
    BOOST_TEST(string_of("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") ==
               "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    for (const std::string_view bad : {"\xC0\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF5"}) {
        const std::string written = string_of(bad);
        BOOST_TEST((boost::json::parse(written).as_string().size() == 3 * bad.size()), bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/text/escape.hpp"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>

#include "engine/name.hpp"

using namespace allot;

BOOST_AUTO_TEST_SUITE(given_text_from_a_client)

BOOST_AUTO_TEST_CASE(when_the_text_is_harmless_then_it_stays) {
    BOOST_TEST(escaped("Stühle für 10 €, 'alt'") == "Stühle für 10 €, 'alt'");
}

BOOST_AUTO_TEST_CASE(when_the_text_could_break_a_line_or_steer_a_terminal_then_it_is_spelled_out) {
    BOOST_TEST(escaped("a\nb\rc\td") == "a\\nb\\rc\\td");
    BOOST_TEST(escaped("\x1b[2J") == "\\u{1b}[2J");
    BOOST_TEST(escaped(std::string_view{"\0\x7f", 2}) == "\\u{0}\\u{7f}");
    BOOST_TEST(escaped("a\u0085b\u2028c\u2029") == "a\\u{85}b\\u{2028}c\\u{2029}");
    BOOST_TEST(escaped("\uFEFFb\u200B-\u202E2\U000E0041\u3164") ==
               "\\u{feff}b\\u{200b}-\\u{202e}2\\u{e0041}\\u{3164}");
}

BOOST_AUTO_TEST_CASE(when_the_text_has_quotes_and_backslashes_then_they_are_escaped_unambiguously) {
    BOOST_TEST(escaped("say \"\\n\"") == "say \\\"\\\\n\\\"");
}

BOOST_AUTO_TEST_CASE(when_bytes_are_not_utf8_then_each_is_spelled_out) {
    BOOST_TEST(escaped("a\xFFz\xC3") == "a\\xffz\\xc3");
}

BOOST_AUTO_TEST_CASE(when_the_text_is_long_then_a_message_shows_its_beginning) {
    BOOST_TEST(escaped_short(std::string(64, 'x')) == std::string(64, 'x'));
    BOOST_TEST(escaped_short(std::string(65, 'x')) == std::string(64, 'x') + "…");
}

RC_BOOST_PROP(when_the_text_is_anything_then_what_is_left_is_utf8_without_controls,
              (const std::string& text)) {
    const std::string safe = escaped(text);
    for (std::string_view rest = safe; !rest.empty();) {
        const std::int32_t point = allot::detail::take_code_point(rest);
        RC_ASSERT(point > 0 && !allot::detail::is_invisible_point(point));
    }
}

BOOST_AUTO_TEST_SUITE_END()

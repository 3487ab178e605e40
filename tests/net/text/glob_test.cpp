#include "net/text/glob.hpp"

#include <rapidcheck/boost_test.h>

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

using allot::channel_bytes_max;
using allot::Glob;

/// The plain definition of a match: only with stars, question marks and literal bytes, and for
/// short patterns, because it tries everything.
bool plainly_matches(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*') {
        return plainly_matches(pattern.substr(1), text) ||
               (!text.empty() && plainly_matches(pattern, text.substr(1)));
    }
    return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
           plainly_matches(pattern.substr(1), text.substr(1));
}

std::string filled_with(std::string_view text, std::size_t bytes) {
    std::string all;
    while (all.size() + text.size() <= bytes) all += text;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_patterns)

BOOST_AUTO_TEST_CASE(when_names_are_matched_then_the_result_is_that_of_redis) {
    for (const auto& [pattern, text, expected] : {
             std::tuple{"", "", true},
             {"", "a", false},
             {"*", "", true},
             {"*", "abc", true},
             {"a*", "abc", true},
             {"a*c", "abbc", true},
             {"a*c", "abcd", false},
             {"a?c", "abc", true},
             {"a?c", "ac", false},
             {"[a-c]x", "bx", true},
             {"[a-c]x", "dx", false},
             {"[^a-c]x", "dx", true},
             {"[^a-c]x", "ax", false},
             {"\\*", "*", true},
             {"\\*", "a", false},
             {"[\\]]", "]", true},
             {"[", "a", false},
             {"a\\", "a\\", true},
             {"line_*", "line_allocated", true},
             {"*_*", "line_allocated", true},
             {"A", "a", false},
             {"[z-a]", "m", true},
             {"**", "x", true},
             {"*ab*ab", "abxab", true},
             {"*ab*ab", "ab", false},
             {"*aab", "aaab", true},
             {"*a?c", "aabc", true},
             {"*a\\*", "aba*", true},
             {"*a[b]", "aaab", true},
             {"*abc", "ab", false},
             {"[^]", "a", true},
             {"[]a", "a", false},
             {"[a-", "-", true},
             {"[-a]", "-", true},
             {"[a-]", "-", true},
             {"[\\a-\\c]", "b", true},
             {"[^", "a", true},
             {"\\", "\\", true},
             {"[\x80-\xff]", "\x9a", true},
             {"[\x80-\xff]", "\x7f", false},
             {"?\xff", "\xff\xff", true},
         }) {
        BOOST_TEST(Glob{pattern}.matches(text) == expected, pattern << " " << text);
    }
}

RC_BOOST_PROP(when_pattern_and_text_are_any_then_they_match_by_definition, ()) {
    const auto up_to = [](int bytes, auto letter) {
        return rc::gen::resize(bytes, rc::gen::container<std::string>(letter));
    };
    const auto pattern = *up_to(9, rc::gen::element('*', '?', 'a', 'b'));
    const auto text = *up_to(12, rc::gen::element('a', 'b', 'c'));
    RC_ASSERT(Glob{pattern}.matches(text) == plainly_matches(pattern, text));
}

BOOST_AUTO_TEST_CASE(when_a_pattern_has_the_longest_length_then_all_its_positions_are_distinct) {
    // At each length a position is the last of a word of bits, or the first of the next.
    for (std::size_t bytes = 1; bytes <= channel_bytes_max; ++bytes) {
        const std::string text(bytes, 'a');
        BOOST_TEST_REQUIRE(Glob{text}.matches(text));
        BOOST_TEST_REQUIRE(!Glob{text}.matches(text + "a"));
        BOOST_TEST_REQUIRE(!Glob{text}.matches(text.substr(1)));
        BOOST_TEST_REQUIRE(Glob{std::string(bytes, '?')}.matches(text));
        const std::string other = text.substr(1) + "b";
        BOOST_TEST_REQUIRE(!Glob{other}.matches(text));
        BOOST_TEST_REQUIRE(Glob{"*" + other.substr(1)}.matches(text + other));
    }
}

BOOST_AUTO_TEST_CASE(when_a_pattern_is_hostile_then_its_memory_is_bounded) {
    const std::string text = filled_with("a", channel_bytes_max);
    for (const std::string_view piece : {"*a", "*?", "*[^b]", "a*", "*aa*"}) {
        const std::string pattern = filled_with(piece, channel_bytes_max - 1) + "b";
        const Glob glob{pattern};
        BOOST_TEST(!glob.matches(text), pattern);
        BOOST_TEST(glob.matches(text + "b"), pattern);
        BOOST_TEST(glob.bytes() <= 4096U);
    }
    std::string distinct;
    for (int c = 0; c < 256; ++c) {
        if (c == '*' || c == '?' || c == '[' || c == '\\') continue;
        distinct.push_back(static_cast<char>(c));
    }
    BOOST_TEST(Glob{distinct}.matches(distinct));
    BOOST_TEST(Glob{distinct}.bytes() <= 12'000U);
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/resp/request_parser.hpp"
#include "tests/commands/words.hpp"

#include <rapidcheck/boost_test.h>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace {

using allot::Request;
using allot::RequestLimits;
using allot::RequestParser;
using Requests = std::vector<std::vector<std::string>>;

struct Parsed {
    Requests requests;
    std::string error;
    std::size_t pending = 0;
    std::size_t capacity = 0;
    friend bool operator==(const Parsed& a, const Parsed& b) {
        return a.requests == b.requests && a.error == b.error && a.pending == b.pending;
    }
    friend std::ostream& operator<<(std::ostream& out, const Parsed& parsed) {
        for (const auto& request : parsed.requests) {
            for (const auto& arg : request) out << '[' << arg << ']';
            out << '\n';
        }
        return out << "error '" << parsed.error << "', pending " << parsed.pending;
    }
};

/// Feeds the bytes in pieces of the given sizes, in rotation.
Parsed parse_in(const std::vector<std::size_t>& pieces, std::string_view bytes,
                RequestLimits limits = {}) {
    RequestParser parser{limits};
    Parsed parsed;
    Request request;
    for (std::size_t i = 0; !bytes.empty() && parsed.error.empty(); ++i) {
        const auto buffer = parser.prepare();
        const std::size_t n =
            bytes.copy(buffer.data(), std::min(buffer.size(), pieces[i % pieces.size()]));
        parser.commit(n);
        bytes.remove_prefix(n);
        auto outcome = parser.next(request);
        for (; outcome == RequestParser::Outcome::ready; outcome = parser.next(request)) {
            parsed.requests.emplace_back(request.args.begin(), request.args.end());
        }
        if (outcome == RequestParser::Outcome::error) parsed.error = parser.error();
        parsed.capacity = std::max(parsed.capacity, parser.capacity());
    }
    parsed.pending = parsed.error.empty() ? parser.pending() : 0;
    return parsed;
}

Parsed parse(std::string_view bytes, RequestLimits limits = {}) {
    return parse_in({1U << 20U}, bytes, limits);
}

std::string error_of(std::string_view bytes, RequestLimits limits = {}) {
    return parse(bytes, limits).error;
}

Requests words(std::string_view line) { return parse(std::string{line} + "\n").requests; }

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_stream_of_requests)

BOOST_AUTO_TEST_CASE(when_the_stream_comes_at_once_then_every_request_is_read) {
    const Requests expected{{"PING"},
                            {"ECHO", std::string("a\r\nb\0*$", 7)},
                            {"set", "it's", "aA\n\""},
                            {""},
                            {"last", "one"}};
    const std::string stream = "PING\r\n*2\r\n$4\r\nECHO\r\n$7\r\n" + std::string("a\r\nb\0*$", 7) +
                               "\r\n\r\n\n*0\r\n*-1\r\nset 'it\\'s' \"a\\x41\\n\\\"\" \n"
                               "*1\r\n$0\r\n\r\nlast one\n";
    const Parsed parsed = parse(stream);
    BOOST_TEST(parsed == (Parsed{expected, "", 0}));
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        BOOST_TEST(parse_in({cut, stream.size()}, stream) == parsed, "cut at " << cut);
    }
    BOOST_TEST(parse_in({1}, stream) == parsed);
}

BOOST_AUTO_TEST_CASE(when_a_request_is_not_complete_then_more_is_needed) {
    for (const std::string_view part :
         {"P", "PING\r", "*", "*1", "*1\r", "*1\r\n", "*1\r\n$", "*1\r\n$4\r\nPIN",
          "*1\r\n$4\r\nPING", "*1\r\n$4\r\nPING\r"}) {
        const Parsed parsed = parse(part);
        BOOST_TEST(parsed == (Parsed{{}, "", part.size()}));
    }
}

BOOST_AUTO_TEST_CASE(when_several_are_taken_from_one_read_then_all_stay_readable) {
    RequestParser parser{{}};
    const std::string_view bytes = "*1\r\n$3\r\none\r\ntwo 'w o'\r\n";
    bytes.copy(parser.prepare().data(), bytes.size());
    parser.commit(bytes.size());
    Request first;
    Request second;
    BOOST_REQUIRE(parser.next(first) == RequestParser::Outcome::ready);
    BOOST_REQUIRE(parser.next(second) == RequestParser::Outcome::ready);
    BOOST_TEST(first.args[0] == "one");
    BOOST_TEST(second.args[0] == "two");
    BOOST_TEST(second.args[1] == "w o");
}

RC_BOOST_PROP(when_the_stream_is_cut_anywhere_then_the_same_requests_are_read, ()) {
    const auto requests = *rc::gen::container<std::vector<std::vector<std::string>>>(
        rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
            rc::gen::container<std::string>(rc::gen::arbitrary<char>()))));
    std::string stream;
    for (const auto& request : requests) stream += allot::testing::framed(request);
    const auto pieces = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 5000)));
    RC_ASSERT(parse_in(pieces, stream) == (Parsed{requests, "", 0}));
}

RC_BOOST_PROP(when_the_stream_is_any_bytes_then_cuts_change_neither_requests_nor_error, ()) {
    const auto alphabet = rc::gen::element('*', '$', '1', '2', '-', '\r', '\n', 'a', '"', '\'',
                                           '\\', 'x', ' ', '\0', '\xff');
    const auto stream = *rc::gen::container<std::string>(alphabet);
    const auto pieces = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 9)));
    RC_ASSERT(parse_in(pieces, stream) == parse(stream));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_inline_command)

BOOST_AUTO_TEST_CASE(when_the_inline_command_has_quotes_and_escapes_then_they_are_decoded) {
    BOOST_TEST((words("a \"b c\" 'd e'") == Requests{{"a", "b c", "d e"}}));
    BOOST_TEST((words(R"("\n\r\t\b\a\\\"\x41\xfF\q")") == Requests{{"\n\r\t\b\a\\\"A\xffq"}}));
    BOOST_TEST((words(R"("\xg1 \x4")") == Requests{{"xg1 x4"}}));
    BOOST_TEST((words(R"('a\'b\n')") == Requests{{R"(a'b\n)"}}));
    BOOST_TEST((words(R"(a"b c" "" '')") == Requests{{"ab c", "", ""}}));
    BOOST_TEST((words("  \t a \v\f b  ") == Requests{{"a", "b"}}));
    BOOST_TEST((words(R"(back\slash)") == Requests{{R"(back\slash)"}}));
}

BOOST_AUTO_TEST_CASE(when_a_quote_is_not_closed_or_closed_within_a_word_then_it_is_an_error) {
    for (const std::string_view line :
         {"\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "\"a\\\"", "a\"", "'\\'"}) {
        BOOST_TEST(error_of(std::string{line} + "\r\n") == "unbalanced quotes in request", line);
    }
}

BOOST_AUTO_TEST_CASE(when_the_inline_command_is_empty_then_it_is_passed_over) {
    BOOST_TEST((parse("\r\n\n   \r\n\t\nPING\n").requests == Requests{{"PING"}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_bytes_that_are_no_request)

BOOST_AUTO_TEST_CASE(when_a_length_is_wrong_then_the_error_says_which) {
    for (const std::string_view length : {"", "a", "1a", "+1", "01", "-", "--1", " 1", "4097",
                                          "1000000000", "99999999999999999999"}) {
        BOOST_TEST(error_of("*" + std::string{length} + "\r\n") == "invalid multibulk length",
                   length);
    }
    for (const std::string_view length :
         {"", "a", "-0", "-1", "-5", "01", "65537", "1000000000", "99999999999999999999"}) {
        BOOST_TEST(error_of("*1\r\n$" + std::string{length} + "\r\n") == "invalid bulk length",
                   length);
    }
    BOOST_TEST(error_of("*1\n$1\r\na\r\n") == "invalid multibulk length");
    BOOST_TEST(error_of("*1\r\r$1\r\na\r\n") == "invalid multibulk length");
}

BOOST_AUTO_TEST_CASE(when_an_argument_has_no_marker_or_no_end_then_the_error_says_so) {
    BOOST_TEST(error_of("*1\r\nx\r\n") == "expected '$', got 'x'");
    BOOST_TEST(error_of("*1\r\n\r\n") == R"(expected '$', got '\x0d')");
    BOOST_TEST(error_of("*1\r\n$1\r\nabc") == "expected CRLF after bulk string");
    BOOST_TEST(error_of("*1\r\n$1\r\na\n\n") == "expected CRLF after bulk string");
}

BOOST_AUTO_TEST_CASE(when_an_error_was_found_then_nothing_more_is_read) {
    RequestParser parser{{}};
    const std::string_view bytes = "*x\r\nPING\r\n";
    bytes.copy(parser.prepare().data(), bytes.size());
    parser.commit(bytes.size());
    Request request;
    BOOST_TEST((parser.next(request) == RequestParser::Outcome::error));
    BOOST_TEST((parser.next(request) == RequestParser::Outcome::error));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_limits)

BOOST_AUTO_TEST_CASE(when_a_line_reaches_its_limit_then_it_is_refused_before_it_ends) {
    const std::size_t most = RequestLimits{}.line_bytes_max;
    BOOST_TEST(parse(std::string(most - 1, 'a') + "\n").requests.size() == 1);
    BOOST_TEST(error_of(std::string(most, 'a') + "\n") == "too big inline request");
    BOOST_TEST(error_of(std::string(most, 'a')) == "too big inline request");
    BOOST_TEST(error_of("\x16\x03\x01") == "this port does not speak TLS");
    BOOST_TEST(error_of(std::string(4096, 'a'), RequestLimits{}.before_auth()) ==
               "too big inline request");
}

BOOST_AUTO_TEST_CASE(when_an_argument_is_as_large_as_allowed_then_it_is_read) {
    const std::string largest(RequestLimits{}.argument_bytes_max, 'a');
    const Parsed parsed =
        parse_in({1000}, "*1\r\n$" + std::to_string(largest.size()) + "\r\n" + largest + "\r\n");
    BOOST_TEST((parsed.requests == Requests{{largest}}));
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_arguments_then_the_line_is_refused) {
    const RequestLimits limits{.arguments_max = 3};
    BOOST_TEST(parse("a b c\n", limits).requests.size() == 1);
    BOOST_TEST(error_of("a b c d\n", limits) == "too many arguments in inline request");
}

BOOST_AUTO_TEST_CASE(when_the_whole_is_too_large_then_it_is_refused_at_the_header_that_says_so) {
    const RequestLimits limits{.request_bytes_max = 100};
    BOOST_TEST(
        parse("*2\r\n$80\r\n" + std::string(80, 'a') + "\r\n$1\r\nb\r\n", limits).requests.size() ==
        1);
    BOOST_TEST(error_of("*2\r\n$80\r\n" + std::string(80, 'a') + "\r\n$9\r\n", limits) ==
               "too big request");
}

BOOST_AUTO_TEST_CASE(when_a_request_comes_whole_then_the_same_limits_hold) {
    const std::string_view request = "*2\r\n$3\r\nabc\r\n$4\r\nabcd\r\n";
    const RequestLimits enough{
        .argument_bytes_max = 4, .arguments_max = 2, .request_bytes_max = request.size()};
    BOOST_TEST((parse(request, enough).requests == Requests{{"abc", "abcd"}}));
    RequestLimits limits = enough;
    --limits.argument_bytes_max;
    BOOST_TEST(error_of(request, limits) == "invalid bulk length");
    limits = enough;
    --limits.arguments_max;
    BOOST_TEST(error_of(request, limits) == "invalid multibulk length");
    limits = enough;
    --limits.request_bytes_max;
    BOOST_TEST(error_of(request, limits) == "too big request");
}

BOOST_AUTO_TEST_CASE(when_the_client_has_not_authenticated_then_less_is_allowed) {
    const auto limits = RequestLimits{}.before_auth();
    BOOST_TEST(error_of("*11\r\n", limits) == "unauthenticated multibulk length");
    BOOST_TEST(error_of("*1\r\n$16385\r\n", limits) == "unauthenticated bulk length");
    BOOST_TEST(parse("*10\r\n$16384\r\n", limits).error.empty());
}

BOOST_AUTO_TEST_CASE(when_a_large_length_is_announced_and_few_bytes_come_then_little_is_reserved) {
    const Parsed parsed = parse("*4096\r\n$65536\r\nabc");
    BOOST_TEST(parsed.error.empty());
    BOOST_TEST(parsed.capacity == RequestParser::buffer_bytes_min);
}

BOOST_AUTO_TEST_CASE(when_a_large_request_has_been_taken_then_its_memory_is_given_back) {
    RequestParser parser{{}};
    Request request;
    std::string bytes = "*1\r\n$65000\r\n" + std::string(65000, 'a') + "\r\n";
    for (int smaller = 0; smaller < 100; ++smaller) {
        for (std::string_view rest = bytes; !rest.empty();) {
            const auto buffer = parser.prepare();
            const std::size_t n = rest.copy(buffer.data(), buffer.size());
            parser.commit(n);
            rest.remove_prefix(n);
        }
        BOOST_REQUIRE(parser.next(request) == RequestParser::Outcome::ready);
        bytes = "PING\r\n";
    }
    BOOST_TEST(parser.capacity() < 2 * RequestParser::buffer_bytes_min);
}

BOOST_AUTO_TEST_CASE(
    when_reads_are_full_then_soon_one_takes_as_much_as_is_allowed_for_many_requests) {
    std::string bytes;
    for (int i = 0; i < 1000; ++i) bytes += "*2\r\n$4\r\nECHO\r\n$12\r\nhow are you?\r\n";
    BOOST_TEST(parse(bytes).capacity >= RequestParser::buffer_bytes_busy);
    BOOST_TEST(parse(bytes).capacity < 2 * RequestParser::buffer_bytes_busy);
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/core/reply_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

using allot::ErrorCode;
using allot::Quoted;
using allot::ReplyWriter;

struct Fixture {
    std::string out;
    ReplyWriter reply{out};
    std::string taken() { return std::exchange(out, {}); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_client_of_version_2, Fixture)

BOOST_AUTO_TEST_CASE(when_replies_are_written_then_they_have_the_frames_of_version_2) {
    reply.ok();
    BOOST_TEST(taken() == "+OK\r\n");
    reply.integer(-12);
    BOOST_TEST(taken() == ":-12\r\n");
    reply.bulk({"a\r\n\0b", 5});
    BOOST_TEST(taken() == std::string("$5\r\na\r\n\0b\r\n", 11));
    reply.null();
    BOOST_TEST(taken() == "$-1\r\n");
    reply.array(3);
    reply.map(2);
    reply.set(2);
    reply.push(2);
    BOOST_TEST(taken() == "*3\r\n*4\r\n*2\r\n*2\r\n");
    reply.boolean(true);
    BOOST_TEST(taken() == ":1\r\n");
    reply.text("x\r\n");
    BOOST_TEST(taken() == "$3\r\nx\r\n\r\n");
    reply.status("PONG");
    BOOST_TEST(taken() == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_data_is_written_then_it_is_a_bulk_string_or_to_a_line_a_line) {
    reply.value(allot::Sku{"RED-CHAIR"});
    reply.value("a line\r\n");
    BOOST_TEST(taken() == "$9\r\nRED-CHAIR\r\n$8\r\na line\r\n\r\n");
    reply.set_framed(false);
    reply.value(allot::Sku{"RED-CHAIR"});
    reply.value("a line");
    BOOST_TEST(taken() == "+RED-CHAIR\r\n+a line\r\n");
    reply.set_framed(true);
    reply.value("");
    BOOST_TEST(taken() == "$0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(when_text_holds_control_characters_then_no_frame_is_gained) {
    reply.set_framed(false);
    reply.value(std::string_view{"a\r\n+OK\0\x7f", 8});
    BOOST_TEST(taken() == "+a\\x0d\\x0a+OK\\x00\\x7f\r\n");
    reply.error(ErrorCode::generic, "x\r\n:1", Quoted{"\r\n-ERR\xff'\\"}, 7);
    BOOST_TEST(taken() == "-ERR x\\x0d\\x0a:1'\\x0d\\x0a-ERR\\xff\\x27\\x5c'7\r\n");
}

BOOST_AUTO_TEST_CASE(when_an_argument_is_long_then_the_error_repeats_little_of_it) {
    reply.error(ErrorCode::bad_name, Quoted{std::string(10'000, '\n')});
    BOOST_TEST(out.size() < 4 * allot::echoed_bytes_max + 32);
    BOOST_TEST(out.ends_with("\\x0a...'\r\n"));
}

BOOST_AUTO_TEST_CASE(when_any_byte_is_quoted_then_the_reply_is_one_line_of_ascii) {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        reply.error(ErrorCode::syntax, Quoted{{&c, 1}});
        const std::string line = taken();
        BOOST_TEST(line.find_first_of("\r\n") == line.size() - 2);
        for (const char shown : line.substr(0, line.size() - 2)) {
            BOOST_TEST((shown >= ' ' && shown <= '~'));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_client_of_version_3, Fixture)

BOOST_AUTO_TEST_CASE(when_replies_are_written_then_they_have_the_frames_of_version_3) {
    reply.set_version(3);
    reply.null();
    reply.map(2);
    reply.set(1);
    reply.push(2);
    reply.boolean(true);
    reply.boolean(false);
    reply.text("x");
    BOOST_TEST(taken() == "_\r\n%2\r\n~1\r\n>2\r\n#t\r\n#f\r\n=5\r\ntxt:x\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

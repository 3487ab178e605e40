#include "net/cli/remote/reply_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace allot::program;
using Kind = Reply::Kind;

namespace {

/// The reply that consists of all these bytes.
Reply reply_in(std::string_view bytes) {
    Reply reply;
    BOOST_TEST(take_reply(bytes, reply) == bytes.size());
    return reply;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_replies_of_a_server)

BOOST_AUTO_TEST_CASE(when_a_reply_is_data_then_simple_and_bulk_strings_are_the_same) {
    for (const std::string_view bytes :
         {"+batch-1\r\n", "$7\r\nbatch-1\r\n", "=11\r\ntxt:batch-1\r\n"}) {
        const Reply reply = reply_in(bytes);
        BOOST_TEST((reply.kind == Kind::text));
        BOOST_TEST(reply.text == "batch-1");
    }
    BOOST_TEST(reply_in("$4\r\na\r\nb\r\n").text == "a\r\nb");
}

BOOST_AUTO_TEST_CASE(when_a_reply_is_an_error_then_it_has_a_code) {
    const Reply reply = reply_in("-LOADING Allot is loading\r\n");
    BOOST_TEST(reply.is_error());
    BOOST_TEST(reply.code() == "LOADING");
    BOOST_TEST(reply.text == "LOADING Allot is loading");
    BOOST_TEST(reply_in("+LOADING x\r\n").code().empty());
}

BOOST_AUTO_TEST_CASE(when_a_reply_has_parts_then_they_are_there_in_order) {
    const Reply reply = reply_in("*3\r\n:-7\r\n%1\r\n+k\r\n$-1\r\n~1\r\n_\r\n");
    BOOST_REQUIRE_EQUAL(reply.items.size(), 3);
    BOOST_TEST(reply.items[0].number == -7);
    BOOST_TEST(reply.items[1].items.size() == 2);
    BOOST_TEST((reply.items[1].items[1].kind == Kind::nothing));
    BOOST_TEST((reply.items[2].items.at(0).kind == Kind::nothing));
    BOOST_TEST((reply_in("*-1\r\n").kind == Kind::nothing));
}

BOOST_AUTO_TEST_CASE(when_a_reply_is_cut_anywhere_then_more_is_waited_for) {
    const std::string bytes = "*3\r\n:-7\r\n*2\r\n+k\r\n$3\r\nabc\r\n-ERR x\r\n";
    Reply reply;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST(take_reply(std::string_view{bytes}.substr(0, size), reply) == 0U);
    }
    BOOST_TEST(take_reply(bytes + "+next", reply) == bytes.size());
}

BOOST_AUTO_TEST_CASE(when_a_reply_is_no_reply_then_that_is_an_error_at_once) {
    Reply reply;
    for (const std::string_view bytes :
         {"HTTP/1.1 400", "\x15\x03\x03", "\r\n", ":x\r\n", ":\r\n", "*x\r\n", "$-2\r\n",
          "$3\r\nabcde\r\n", "$99999999999\r\n", "*1\r\n?", "=3\r\nabc\r\n"}) {
        BOOST_TEST_CONTEXT(bytes) { BOOST_CHECK_THROW((void)take_reply(bytes, reply), NoReply); }
    }
}

BOOST_AUTO_TEST_CASE(when_a_reply_is_too_long_or_too_deep_then_it_is_none) {
    Reply reply;
    std::string deep;
    for (int i = 0; i < 9; ++i) deep += "*1\r\n";
    BOOST_CHECK_THROW((void)take_reply(deep + ":1\r\n", reply), NoReply);
    BOOST_CHECK_THROW((void)take_reply("+" + std::string(70'000, 'x'), reply), NoReply);
    BOOST_TEST(take_reply("*1000000\r\n:1\r\n", reply) == 0U);  // nothing is reserved for it
}

BOOST_AUTO_TEST_SUITE_END()

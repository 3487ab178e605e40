#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/fakes.hpp"

namespace {

using allot::RespSession;
using allot::test::contains;
using allot::test::framed;

struct Client : allot::test::RespFixture<> {};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_connection, Client)

BOOST_AUTO_TEST_CASE(when_the_connection_is_tried_then_it_answers) {
    BOOST_TEST(ask("PING") == "+PONG\r\n");
    BOOST_TEST(ask("ping hello") == "$5\r\nhello\r\n");
    send(framed({"PING"}));
    BOOST_TEST(take() == "+PONG\r\n");
    BOOST_TEST(ask("PING a b") ==
               "-ERR wrong number of arguments for 'ping' command: 2, expected [message]\r\n");
    const std::string binary("\r\n\0\xff$5", 6);
    send(framed({"ECHO", binary}));
    BOOST_TEST(take() == "$6\r\n" + binary + "\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_connection_quits_then_nothing_after_it_is_executed) {
    send("PING\r\nQUIT\r\nPING\r\n");
    BOOST_TEST(take() == "+PONG\r\n+OK\r\n");
    BOOST_TEST((last_result == RespSession::ExecuteResult::ended));
}

BOOST_AUTO_TEST_CASE(when_the_connection_sends_hello_then_it_gets_the_servers_properties) {
    const std::string version = ALLOT_VERSION;
    const std::string body = "$6\r\nserver\r\n$5\r\nallot\r\n$7\r\nversion\r\n$" +
                             std::to_string(version.size()) + "\r\n" + version +
                             "\r\n$5\r\nproto\r\n:";
    constexpr std::string_view rest =
        "\r\n$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
        "$7\r\nmodules\r\n*0\r\n";
    BOOST_TEST(ask("HELLO") == "*14\r\n" + body + "2" + std::string{rest});
    BOOST_TEST(ask("HELLO 3") == "%7\r\n" + body + "3" + std::string{rest});
    BOOST_TEST(ask("CLIENT GETNAME") == "_\r\n");
    BOOST_TEST(ask("hello 2 setname me auth default x").starts_with("*14"));
    BOOST_TEST(ask("CLIENT GETNAME") == "$2\r\nme\r\n");
}

BOOST_AUTO_TEST_CASE(when_hello_is_wrong_then_nothing_changes) {
    BOOST_TEST(ask("HELLO 4") == "-NOPROTO unsupported protocol version\r\n");
    BOOST_TEST(ask("HELLO 1") == "-NOPROTO unsupported protocol version\r\n");
    BOOST_TEST(ask("HELLO x") == "-ERR Protocol version is not an integer or out of range\r\n");
    BOOST_TEST(ask("HELLO 3 FOO") == "-ERR Syntax error in HELLO option 'FOO'\r\n");
    BOOST_TEST(ask("HELLO 3 AUTH x") == "-ERR Syntax error in HELLO option 'AUTH'\r\n");
    BOOST_TEST(ask("HELLO 3 SETNAME me AUTH eve x") ==
               "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
    BOOST_TEST(ask("HELLO 3 SETNAME \"a b\"") ==
               "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
    BOOST_TEST(ask("CLIENT GETNAME") == "$-1\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_the_connection_authenticates_though_there_is_no_password_then_the_error_is_that_of_redis) {
    BOOST_TEST(ask("AUTH x") ==
               "-ERR AUTH <password> called without any password configured for the default user. "
               "Are you sure your configuration is correct?\r\n");
    BOOST_TEST(ask("AUTH default x") == "+OK\r\n");
    BOOST_TEST(ask("AUTH eve x") ==
               "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_connection_selects_then_there_is_one_database) {
    BOOST_TEST(ask("SELECT 0") == "+OK\r\n");
    BOOST_TEST(ask("SELECT 1") == "-ERR DB index is out of range\r\n");
    BOOST_TEST(ask("SELECT x") == "-ERR value is not an integer or out of range\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_connection_is_reset_then_it_is_as_at_first) {
    ask("HELLO 3 SETNAME me");
    BOOST_TEST(ask("RESET") == "+RESET\r\n");
    BOOST_TEST(ask("CLIENT GETNAME") == "$-1\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_command_is_unknown_then_it_is_repeated_escaped_and_shortened) {
    BOOST_TEST(ask("foo a b") ==
               "-ERR unknown command 'foo', with args beginning with: 'a' 'b'; HELP lists the "
               "commands\r\n");
    BOOST_TEST(ask("foo") == "-ERR unknown command 'foo'; HELP lists the commands\r\n");
    send(framed({"x\r\n+OK", "\r\n"}));
    BOOST_TEST(take() ==
               "-ERR unknown command 'x\\x0d\\x0a+OK', with args beginning with: '\\x0d\\x0a'; "
               "HELP lists the commands\r\n");
    BOOST_TEST(ask("foo " + std::string(60'000, 'a')).size() < 300U);
    BOOST_TEST(ask("PING") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_connection_speaks_http_then_it_is_closed_without_a_reply) {
    send("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(take().empty());
    BOOST_TEST((last_result == RespSession::ExecuteResult::disconnected));
    BOOST_TEST(context.counters.of(allot::DisconnectReason::cross_protocol) == 1U);

    Client other;
    other.send("GET / HTTP/1.1\r\nhost: x\r\nPING\r\n");
    BOOST_TEST((other.last_result == RespSession::ExecuteResult::disconnected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_client_library, Client)

BOOST_AUTO_TEST_CASE(when_the_library_names_itself_then_lists_show_it) {
    BOOST_TEST(ask("CLIENT ID") == ":1\r\n");
    BOOST_TEST(ask("CLIENT SETNAME me") == "+OK\r\n");
    BOOST_TEST(ask("CLIENT SETINFO LIB-NAME redis-py") == "+OK\r\n");
    BOOST_TEST(ask("client setinfo lib-ver 5.0") == "+OK\r\n");
    BOOST_TEST(ask("CLIENT GETNAME") == "$2\r\nme\r\n");
    const std::string info = ask("CLIENT INFO");
    BOOST_TEST(contains(info, "id=1 addr=test:1 name=me "));
    BOOST_TEST(contains(info, "lib-name=redis-py lib-ver=5.0\n"));
    const RespSession another{context, "test:2"};
    BOOST_TEST(contains(ask("CLIENT LIST"), "id=2 addr=test:2 name= "));
    BOOST_TEST(ask("CLIENT NO-EVICT on") == "+OK\r\n");
    BOOST_TEST(ask("CLIENT NO-TOUCH perhaps") == "-ERR syntax error\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_name_could_break_a_list_then_it_is_refused) {
    for (const std::string_view name : {"\"a b\"", "\"a\\n\"", "\"\\xff\""}) {
        BOOST_TEST(ask("CLIENT SETNAME " + std::string{name}) ==
                   "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
        BOOST_TEST(ask("CLIENT SETINFO LIB-VER " + std::string{name}) ==
                   "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n");
    }
    BOOST_TEST(ask("CLIENT SETNAME " + std::string(65, 'a')) ==
               "-ERR Client names cannot be longer than 64 bytes.\r\n");
    BOOST_TEST(ask("CLIENT SETINFO FOO x") == "-ERR Unrecognized option 'FOO'\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_subcommand_is_wrong_then_the_error_is_that_of_redis) {
    BOOST_TEST(
        ask("CLIENT").starts_with("-ERR wrong number of arguments for 'client' command: 0, "));
    BOOST_TEST(ask("CLIENT foo") == "-ERR unknown subcommand 'foo'. Try CLIENT HELP.\r\n");
    BOOST_TEST(ask("client getname x") ==
               "-ERR wrong number of arguments for 'client|getname' command: 1, expected none\r\n");
    BOOST_TEST(ask("CONFIG SET a b") == "-ERR unknown subcommand 'SET'. Try CONFIG HELP.\r\n");
    BOOST_TEST(ask("CONFIG GET") ==
               "-ERR wrong number of arguments for 'config|get' command: 0, expected pattern "
               "[pattern ...]\r\n");
    BOOST_TEST(
        contains(ask("CLIENT HELP"), "+CLIENT SETNAME name\r\n+    Names the connection.\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "net/commands/registry.hpp"
#include "net/core/password.hpp"
#include "tests/net/fakes.hpp"

namespace {

using namespace std::chrono_literals;
using allot::DisconnectReason;
using allot::ErrorCode;
using allot::Password;
using allot::RequestLimits;
using allot::RespSession;
using allot::ServerContext;
using allot::test::framed;

constexpr std::string_view no_auth = "-NOAUTH Authentication required.\r\n";
constexpr std::string_view wrong_pass =
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

/// An unauthenticated session; the password is `secret`, and the test sets the time.
struct Unauthenticated : allot::test::RespFixture<> {
    Unauthenticated() : RespFixture{{}, Password{"secret"}} {}

    std::string after(std::chrono::milliseconds passed) {
        context.clock.now += passed;
        execute();
        return take();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_password)

BOOST_AUTO_TEST_CASE(when_a_candidate_differs_anywhere_then_it_does_not_match) {
    const std::string secret("s\0\xff\r\n", 5);
    const Password password{secret};
    BOOST_TEST(password.matches(secret));
    for (std::size_t at = 0; at < secret.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string other = secret;
            other[at] = static_cast<char>(static_cast<unsigned char>(other[at]) ^ (1U << bit));
            BOOST_TEST(!password.matches(other));
        }
        BOOST_TEST(!password.matches(secret.substr(0, at)));
        BOOST_TEST(!password.matches(secret.substr(at + 1)));
    }
    BOOST_TEST(!password.matches(secret + '\0'));
    BOOST_TEST(!password.matches(std::string(16'384, 's')));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_an_unauthenticated_client, Unauthenticated)

BOOST_AUTO_TEST_CASE(
    when_the_client_sends_any_other_command_then_it_is_refused_and_nothing_happens) {
    for (const allot::CommandSpec& spec : allot::command_table()) {
        if (spec.has(allot::flag_no_auth)) continue;
        std::string line{spec.name};
        for (int i = 0; i < spec.args_min; ++i) line += " 1";
        BOOST_TEST(ask(line) == no_auth, line);
        BOOST_TEST(ask(std::string{spec.name} + " 1 2 3 4 5 6 7") == no_auth);
    }
    BOOST_TEST(ask("nonsense \"\\r\\n\"") == no_auth);
    std::string pipeline;
    for (int i = 0; i < 40; ++i) pipeline += "ALLOCATE o sku 1\r\n";
    send(pipeline);
    BOOST_TEST(take().size() == 40 * no_auth.size());
    BOOST_TEST(engine.journal.last() == 0U);
    BOOST_TEST(context.counters.of(ErrorCode::no_auth) > 60U);
}

BOOST_AUTO_TEST_CASE(when_the_client_gives_the_password_then_it_may_do_everything) {
    BOOST_TEST(!session.is_authenticated());
    BOOST_TEST(ask("AUTH secret") == "+OK\r\n");
    BOOST_TEST(ask("PING") == "+PONG\r\n");
    BOOST_TEST(session.is_authenticated());
}

BOOST_AUTO_TEST_CASE(when_the_client_gives_the_user_too_then_there_is_one) {
    BOOST_TEST(ask("AUTH eve secret").empty());
    BOOST_TEST(after(500ms) == wrong_pass);
    BOOST_TEST(ask("AUTH default secret") == "+OK\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_client_says_hello_then_the_password_can_be_in_it) {
    BOOST_TEST(ask("HELLO").starts_with("-NOAUTH HELLO must be called with the client already "));
    BOOST_TEST(ask("HELLO 3 SETNAME me").starts_with("-NOAUTH HELLO must be called"));
    BOOST_TEST(session.names().name.empty());
    BOOST_TEST(ask("HELLO 3 AUTH default guess SETNAME me").empty());
    BOOST_TEST(after(500ms) == wrong_pass);
    BOOST_TEST(session.protocol() == 2);
    BOOST_TEST(ask("HELLO 3 AUTH default secret SETNAME me").starts_with("%7\r\n"));
    BOOST_TEST(session.names().name == "me");
    BOOST_TEST(ask("CLIENT GETNAME") == "$2\r\nme\r\n");
}

BOOST_AUTO_TEST_CASE(when_commands_follow_the_password_at_once_then_they_are_executed) {
    send("PING\r\n" + framed({"AUTH", "secret"}) + "PING\r\nALLOCATE o sku 1\r\n");
    BOOST_TEST(take() == std::string{no_auth} + "+OK\r\n+PONG\r\n-INVALIDSKU Invalid sku sku\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_client_resets_then_it_owes_the_password_again) {
    ask("AUTH secret");
    BOOST_TEST(ask("RESET") == "+RESET\r\n");
    BOOST_TEST(ask("PING") == no_auth);
    BOOST_TEST(ask("AUTH secret") == "+OK\r\n");
    BOOST_TEST(ask("PING") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_client_quits_or_is_a_browser_then_it_is_closed_as_ever) {
    BOOST_TEST(ask("QUIT") == "+OK\r\n");
    Unauthenticated browser;
    browser.send("POST / HTTP/1.1\r\n");
    BOOST_TEST((browser.last_result == RespSession::ExecuteResult::disconnected));
    BOOST_TEST(browser.take().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_a_client_that_guesses_passwords, Unauthenticated)

BOOST_AUTO_TEST_CASE(
    when_a_password_is_wrong_then_the_reply_comes_late_and_nothing_is_executed_before) {
    send("PING\r\nAUTH guess\r\nAUTH secret\r\nPING\r\n");
    BOOST_TEST((last_result == RespSession::ExecuteResult::delayed));
    BOOST_TEST(take() == no_auth);
    BOOST_TEST(after(499ms).empty());
    BOOST_TEST(!session.is_authenticated());
    BOOST_TEST(after(1ms) == std::string{wrong_pass} + "+OK\r\n+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_a_password_is_wrong_ten_times_then_it_gets_the_error_and_the_connection_ends) {
    std::string guesses;
    for (int i = 0; i < 1000; ++i) guesses += "AUTH guess-" + std::to_string(i) + "\r\n";
    send(guesses);
    for (int i = 1; i < 10; ++i) {
        BOOST_TEST(after(500ms) == wrong_pass);
        BOOST_TEST((last_result == RespSession::ExecuteResult::delayed));
    }
    BOOST_TEST(after(500ms) == wrong_pass);
    BOOST_TEST((last_result == RespSession::ExecuteResult::ended));
    BOOST_TEST(context.counters.of(ErrorCode::wrong_pass) == 10U);
    BOOST_TEST(context.counters.of(DisconnectReason::wrong_passwords) == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_password_is_right_in_between_then_the_count_begins_anew) {
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 9; ++i) {
            ask("AUTH guess");
            BOOST_TEST(after(500ms) == wrong_pass);
        }
        BOOST_TEST(ask("AUTH secret") == "+OK\r\n");
    }
}

BOOST_AUTO_TEST_CASE(when_the_client_is_known_already_then_a_wrong_password_takes_nothing_away) {
    ask("AUTH secret");
    ask("AUTH guess");
    BOOST_TEST(after(500ms) == wrong_pass);
    BOOST_TEST(ask("PING") == "+PONG\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(given_an_unauthenticated_client_that_sends_much, Unauthenticated)

BOOST_AUTO_TEST_CASE(when_a_request_is_large_then_it_is_refused_by_smaller_limits) {
    send(framed({"ECHO", std::string(16'384, 'x')}));
    BOOST_TEST(take() == no_auth);
    send("*2\r\n$4\r\nECHO\r\n$16385\r\n");
    BOOST_TEST(take() == "-ERR Protocol error: unauthenticated bulk length\r\n");
    Unauthenticated many;
    many.send("*11\r\n");
    BOOST_TEST(many.take() == "-ERR Protocol error: unauthenticated multibulk length\r\n");
    BOOST_TEST(many.context.counters.of(DisconnectReason::request_limit) == 1U);
    Unauthenticated endless;
    endless.send(std::string(4096, 'x'));
    BOOST_TEST(endless.take() == "-ERR Protocol error: too big inline request\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_client_is_known_then_the_limits_are_those_of_everyone) {
    ask("AUTH secret");
    const std::string large(60'000, 'x');
    BOOST_TEST(ask("ECHO " + large) == "$60000\r\n" + large + "\r\n");
    ask("RESET");
    send("*11\r\n");
    BOOST_TEST(take() == "-ERR Protocol error: unauthenticated multibulk length\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_limits_of_everyone_are_smaller_then_these_count) {
    const RequestLimits small{.line_bytes_max = 100, .arguments_max = 3};
    BOOST_TEST(small.before_auth().line_bytes_max == 100U);
    BOOST_TEST(small.before_auth().arguments_max == 3U);
    BOOST_TEST(small.before_auth().argument_bytes_max == 16'384U);
}

BOOST_AUTO_TEST_CASE(when_the_client_resets_then_its_deadline_does_not_begin_anew) {
    const ServerContext::Time came = context.clock.now;
    context.clock.now += 1s;
    BOOST_TEST((session.unauthenticated_since() == came));
    ask("RESET");  // buys no time
    BOOST_TEST((session.unauthenticated_since() == came));
    ask("AUTH secret");
    BOOST_TEST((session.unauthenticated_since() == ServerContext::Time::max()));
    context.clock.now += 1s;
    ask("RESET");
    BOOST_TEST((session.unauthenticated_since() == came + 2s));
}

BOOST_AUTO_TEST_SUITE_END()

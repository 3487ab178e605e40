// HTTP serves clients with the password and, if none is set, clients of this machine.

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/http/http_fixture.hpp"
#include "tests/net/http/http_stock.hpp"

namespace {

using allot::test::expect_error;
using allot::test::HttpFixture;
using allot::test::HttpStock;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_password_over_http)

namespace {
const allot::Password secret{"open sesame"};
}

BOOST_AUTO_TEST_CASE(when_the_password_is_given_then_the_client_is_served) {
    HttpFixture<> fixture{{}, secret};
    for (const std::string_view given :
         {"Bearer open sesame", "bearer open sesame", "Basic YW55OnBlbiBzZXNhbWU=",
          "Basic b3BlcmF0b3I6b3BlbiBzZXNhbWU=", "Basic Om9wZW4gc2VzYW1l"}) {
        const bool is_right = given != "Basic YW55OnBlbiBzZXNhbWU=";  // any:pen sesame
        fixture.send(allot::test::http_request("GET", "/v1/info", {},
                                               "Authorization: " + std::string{given} + "\r\n"));
        if (!is_right) {
            BOOST_TEST(fixture.take().empty());
            fixture.context.clock.now = fixture.session.password_reply_due();
            fixture.execute();
        }
        const auto answers = allot::test::answers_in(fixture.take());
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers.front().status == (is_right ? 200U : 401U), given);
    }
}

BOOST_AUTO_TEST_CASE(when_no_password_is_given_then_only_the_probes_are_answered) {
    HttpFixture<> fixture{{}, secret};
    BOOST_TEST(fixture.ask("GET", "/livez").status == 200U);
    for (const std::string_view path :
         {"/v1/info", "/v1/slowlog", "/v1/openapi.json", "/metrics", "/nowhere", "/allocate"}) {
        const auto answer = fixture.ask("GET", path);
        expect_error(answer, 401, "NOAUTH", "Authorization", "required");
        BOOST_TEST(answer.says("WWW-Authenticate: Bearer realm=\"allot\", Basic realm=\"allot\""));
    }
    BOOST_TEST(fixture.ask("POST", "/add_batch", R"({"ref":"b","sku":"SKU","qty":1})").body ==
               R"({"message":"Authorization: Authentication required."})");
    BOOST_TEST(fixture.engine.journal.last() == 0U);
    BOOST_TEST(fixture.session.ended());  // the body was not read
}

BOOST_AUTO_TEST_CASE(when_a_probe_gives_no_password_then_the_deadline_runs_from_the_connection) {
    HttpFixture<> fixture{{}, secret};
    fixture.ask("GET", "/livez");
    BOOST_TEST((fixture.session.unauthenticated_since() == fixture.session.entered()));
    fixture.ask("GET", "/v1/info", {}, "Authorization: Bearer open sesame\r\n");
    BOOST_TEST((fixture.session.unauthenticated_since() == allot::ServerContext::Time::max()));
    BOOST_TEST(
        (HttpFixture<>{}.session.unauthenticated_since() == allot::ServerContext::Time::max()));
}

BOOST_AUTO_TEST_CASE(
    when_the_password_is_wrong_then_the_answer_is_late_and_the_last_guess_ends_it) {
    HttpFixture<> fixture{{}, secret};
    for (std::size_t guess = 1; guess <= fixture.context.limits.wrong_passwords_max; ++guess) {
        fixture.send(
            allot::test::http_request("GET", "/v1/info", {}, "Authorization: Bearer x\r\n"));
        BOOST_TEST((fixture.last_result == allot::Session::ExecuteResult::delayed));
        BOOST_TEST(fixture.take().empty());
        BOOST_TEST((fixture.session.password_reply_due() ==
                    fixture.context.clock.now + fixture.context.limits.wrong_password_delay));
        fixture.context.clock.now = fixture.session.password_reply_due();
        fixture.execute();
        const auto answers = allot::test::answers_in(fixture.take());
        BOOST_REQUIRE(answers.size() == 1U);
        expect_error(answers.front(), 401, "WRONGPASS", "Authorization");
        const bool is_last = guess == fixture.context.limits.wrong_passwords_max;
        BOOST_TEST(answers.front().says("Connection: close") == is_last);
        BOOST_TEST(fixture.session.ended() == is_last);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_host_name_that_a_web_page_can_point_here)

BOOST_AUTO_TEST_CASE(when_the_host_is_not_a_name_of_this_machine_then_the_request_is_refused) {
    HttpFixture<> fixture;
    fixture.context.identity.http_local_names_only = true;
    const auto status = [&](std::string_view host, std::string_view path = "/v1/info") {
        return fixture
            .ask_raw("GET " + std::string{path} + " HTTP/1.1\r\nHost: " + std::string{host} +
                     "\r\n\r\n")
            .status;
    };
    for (const std::string_view host :
         {"localhost", "LocalHost:8080", "localhost:0", "localhost:65535", "127.0.0.1",
          "127.0.0.1:8080", "127.255.0.1", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]:80"}) {
        BOOST_TEST(status(host) == 200U, host);
    }
    for (const std::string_view host : {"server.example",
                                        "localhost.example:8080",
                                        "127.0.0.1.example",
                                        "",
                                        ":8080",
                                        "localhost:",
                                        "localhost:x",
                                        "localhost:-1",
                                        "localhost:65536",
                                        "localhost:80:80",
                                        "localhost:80.example",
                                        "user@localhost",
                                        "127.0.0.1:x",
                                        "127.1",
                                        "127.0.0.256",
                                        "203.0.113.7",
                                        "0.0.0.0",
                                        "::1",
                                        "[::1",
                                        "[::1]x",
                                        "[::1]x:80",
                                        "[::1]:",
                                        "[::1]:x",
                                        "[::2]",
                                        "[2001:db8::1]",
                                        "[127.0.0.1]",
                                        "[localhost]",
                                        "[x]",
                                        "[]",
                                        "["}) {
        BOOST_TEST(status(host) == 421U, host);
    }
    expect_error(
        fixture.ask_raw("GET /v1/info HTTP/1.1\r\nHost: a\xFF\r\n\r\n"), 421, "ERR", "Host",
        R"(invalid Host 'a\\xff': without a password, expected localhost or a loopback address)");
    BOOST_TEST(status("probe.example", "/livez") == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_web_page_in_a_browser)

BOOST_AUTO_TEST_CASE(when_the_page_is_of_another_site_then_it_changes_nothing_here) {
    HttpStock server;
    server.context.identity.http_local_names_only = true;
    const auto changes = server.engine.journal.last();
    for (const std::string_view origin :
         {"https://server.example", "http://localhost.example", "http://127.0.0.1.example",
          "http://203.0.113.7:8080", "http://[2001:db8::1]", "http://[::1].example",
          "http://localhost:x", "null", "localhost", "http://", ""}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        const auto dropped = server.context.counters.of(allot::DisconnectReason::cross_protocol);
        expect_error(server.ask("POST", "/v1/batches/ship/receive", {}, header), 403, "ERR",
                     "Origin", "invalid Origin '" + std::string{origin} + "': without a password");
        BOOST_TEST(
            server.context.counters.of(allot::DisconnectReason::cross_protocol) == dropped + 1,
            origin);
        BOOST_TEST(server.ask("GET", "/livez", {}, header).status == 200U, origin);
    }
    BOOST_TEST(server.engine.journal.last() == changes);
}

BOOST_AUTO_TEST_CASE(when_the_page_is_of_this_machine_then_it_is_served) {
    HttpStock server;
    server.context.identity.http_local_names_only = true;
    for (const std::string_view origin : {"http://localhost", "http://LocalHost:3000",
                                          "https://127.0.0.1:8443", "http://[::1]:3000"}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        BOOST_TEST(server.ask("GET", "/v1/info", {}, header).status == 200U, origin);
    }
}

BOOST_AUTO_TEST_CASE(when_a_password_is_set_then_host_and_origin_do_not_matter) {
    HttpStock server;
    BOOST_TEST(server.ask("GET", "/v1/info", {}, "Origin: https://server.example\r\n").status ==
               200U);
}

BOOST_AUTO_TEST_CASE(when_the_request_has_two_origins_then_it_is_refused) {
    HttpStock server;
    BOOST_TEST(
        server
            .ask("GET", "/v1/info", {}, "Origin: http://localhost\r\nOrigin: http://localhost\r\n")
            .status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

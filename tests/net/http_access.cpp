// Whom HTTP serves: who knows the password, and without one whoever is of this machine.

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/http_desk.hpp"
#include "tests/net/http_shop.hpp"

namespace {

using allot::test::expect_error;
using allot::test::HttpDesk;
using allot::test::HttpShop;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_password_over_http)

namespace {
const allot::Password secret{"open sesame"};
}

BOOST_AUTO_TEST_CASE(when_it_is_given_then_the_client_is_served) {
    HttpDesk<> desk{{}, secret};
    for (const std::string_view given :
         {"Bearer open sesame", "bearer open sesame", "Basic YW55OnBlbiBzZXNhbWU=",
          "Basic b3BlcmF0b3I6b3BlbiBzZXNhbWU=", "Basic Om9wZW4gc2VzYW1l"}) {
        const bool is_right = given != "Basic YW55OnBlbiBzZXNhbWU=";  // any:pen sesame
        desk.send(allot::test::http_request("GET", "/v1/info", {},
                                            "Authorization: " + std::string{given} + "\r\n"));
        if (!is_right) {
            BOOST_TEST(desk.take().empty());
            desk.context.clock.now = desk.session.refusal_due();
            desk.execute();
        }
        const auto answers = allot::test::answers_in(desk.take());
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers.front().status == (is_right ? 200U : 401U), given);
    }
}

BOOST_AUTO_TEST_CASE(when_none_is_given_then_nothing_is_told_or_changed_but_that_it_lives) {
    HttpDesk<> desk{{}, secret};
    BOOST_TEST(desk.ask("GET", "/livez").status == 200U);
    for (const std::string_view path :
         {"/v1/info", "/v1/slowlog", "/v1/openapi.json", "/metrics", "/nowhere", "/allocate"}) {
        const auto answer = desk.ask("GET", path);
        expect_error(answer, 401, "NOAUTH", "Authorization", "required");
        BOOST_TEST(answer.says("WWW-Authenticate: Bearer realm=\"allot\", Basic realm=\"allot\""));
    }
    BOOST_TEST(desk.ask("POST", "/add_batch", R"({"ref":"b","sku":"SKU","qty":1})").body ==
               R"({"message":"Authorization: Authentication required."})");
    BOOST_TEST(desk.engine.journal.last() == 0U);
    BOOST_TEST(desk.session.ended());  // the body was not even read
}

BOOST_AUTO_TEST_CASE(when_it_is_owed_then_it_is_known_since_when) {
    HttpDesk<> desk{{}, secret};
    desk.ask("GET", "/livez");
    BOOST_TEST((desk.session.unauthenticated_since() == desk.session.entered()));
    desk.ask("GET", "/v1/info", {}, "Authorization: Bearer open sesame\r\n");
    BOOST_TEST((desk.session.unauthenticated_since() == allot::ServerContext::Time::max()));
    BOOST_TEST((HttpDesk<>{}.session.unauthenticated_since() == allot::ServerContext::Time::max()));
}

BOOST_AUTO_TEST_CASE(when_it_is_wrong_then_the_answer_is_late_and_the_last_guess_ends_it) {
    HttpDesk<> desk{{}, secret};
    for (std::size_t guess = 1; guess <= desk.context.limits.wrong_passwords_max; ++guess) {
        desk.send(allot::test::http_request("GET", "/v1/info", {}, "Authorization: Bearer x\r\n"));
        BOOST_TEST((desk.last_result == allot::Session::ExecuteResult::delayed));
        BOOST_TEST(desk.take().empty());
        BOOST_TEST((desk.session.refusal_due() ==
                    desk.context.clock.now + desk.context.limits.wrong_password_delay));
        desk.context.clock.now = desk.session.refusal_due();
        desk.execute();
        const auto answers = allot::test::answers_in(desk.take());
        BOOST_REQUIRE(answers.size() == 1U);
        expect_error(answers.front(), 401, "WRONGPASS", "Authorization");
        const bool is_last = guess == desk.context.limits.wrong_passwords_max;
        BOOST_TEST(answers.front().says("Connection: close") == is_last);
        BOOST_TEST(desk.session.ended() == is_last);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_name_that_anybody_can_point_here)

BOOST_AUTO_TEST_CASE(when_a_request_says_it_then_it_was_led_here_and_is_refused) {
    HttpDesk<> desk;
    desk.context.identity.http_local_names_only = true;
    const auto status = [&](std::string_view host, std::string_view path = "/v1/info") {
        return desk
            .ask_raw("GET " + std::string{path} + " HTTP/1.1\r\nHost: " + std::string{host} +
                     "\r\n\r\n")
            .status;
    };
    for (const std::string_view host :
         {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080"}) {
        BOOST_TEST(status(host) == 200U, host);
    }
    for (const std::string_view host :
         {"shop.example", "localhost.example:8080", "127.0.0.1.example", "", ":8080"}) {
        BOOST_TEST(status(host) == 421U, host);
    }
    expect_error(desk.ask_raw("GET /v1/info HTTP/1.1\r\nHost: a\xFF\r\n\r\n"), 421, "ERR", "Host",
                 R"('a\\xff' is neither localhost nor an address)");
    BOOST_TEST(status("probe.example", "/livez") == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_page_in_somebodys_browser)

BOOST_AUTO_TEST_CASE(when_it_is_of_another_site_then_it_changes_nothing_here) {
    HttpShop shop;
    shop.context.identity.http_local_names_only = true;
    const auto changes = shop.engine.journal.last();
    for (const std::string_view origin :
         {"https://shop.example", "http://localhost.example", "http://127.0.0.1.example",
          "http://203.0.113.7:8080", "http://[2001:db8::1]", "http://[::1].example", "null",
          "localhost", "http://", ""}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        const auto dropped = shop.context.counters.of(allot::DisconnectReason::cross_protocol);
        expect_error(shop.ask("POST", "/v1/batches/ship/receive", {}, header), 403, "ERR", "Origin",
                     "'" + std::string{origin} + "' is not of this machine");
        BOOST_TEST(shop.context.counters.of(allot::DisconnectReason::cross_protocol) == dropped + 1,
                   origin);
        BOOST_TEST(shop.ask("GET", "/livez", {}, header).status == 200U, origin);
    }
    BOOST_TEST(shop.engine.journal.last() == changes);
}

BOOST_AUTO_TEST_CASE(when_it_is_of_this_machine_then_it_is_served) {
    HttpShop shop;
    shop.context.identity.http_local_names_only = true;
    for (const std::string_view origin : {"http://localhost", "http://LocalHost:3000",
                                          "https://127.0.0.1:8443", "http://[::1]:3000"}) {
        const std::string header = "Origin: " + std::string{origin} + "\r\n";
        BOOST_TEST(shop.ask("GET", "/v1/info", {}, header).status == 200U, origin);
    }
}

BOOST_AUTO_TEST_CASE(when_it_has_to_know_a_password_then_nobody_asks_where_it_is_from) {
    HttpShop shop;
    BOOST_TEST(shop.ask("GET", "/v1/info", {}, "Origin: https://shop.example\r\n").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_it_says_so_twice_then_it_is_refused) {
    HttpShop shop;
    BOOST_TEST(
        shop.ask("GET", "/v1/info", {}, "Origin: http://localhost\r\nOrigin: http://localhost\r\n")
            .status == 400U);
}

BOOST_AUTO_TEST_SUITE_END()

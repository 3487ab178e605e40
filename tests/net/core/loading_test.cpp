#include "net/core/loading.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "net/commands/registry.hpp"
#include "net/http/routes.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::CommandSpec;
using allot::Loading;
using allot::ServerContext;
using allot::test::contains;

/// Clients of both protocols at a server whose store is being opened.
struct Waiting {
    template <class Session>
    std::string answers(Session& client, std::string_view bytes) {
        while (!bytes.empty()) {
            allot::test::receive_some(client, bytes);
            (void)client.execute();
        }
        context.store.unlock();
        return allot::test::released(client.output(), engine.journal);
    }
    std::string ask(std::string_view line) {
        return answers(session, std::string{line}.append("\r\n"));
    }
    allot::test::HttpAnswer get(std::string_view method, std::string_view path,
                                std::optional<std::string_view> body = {}) {
        allot::HttpSession client{context, "test:2"};
        return allot::test::answers_in(
                   answers(client, allot::test::http_request(method, path, body)))
            .at(0);
    }

    allot::test::Engine<allot::VolatileJournal> engine;
    Loading loading;
    ServerContext context{allot::command_table(), loading};
    allot::RespSession session{context, "test:1"};
};

constexpr std::string_view loading_reply = "-LOADING Allot is loading: replaying journal, 42 %\r\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_store_that_is_being_opened, Waiting)

BOOST_AUTO_TEST_CASE(when_a_command_on_stock_comes_then_the_reply_has_the_progress) {
    loading.update("replaying journal", 42, 100);
    std::size_t refused = 0;
    for (const CommandSpec& spec : allot::command_table()) {
        if (spec.has(allot::flag_loading)) continue;
        std::string line{spec.name};
        for (int i = 0; i < spec.args_min; ++i) line.append(" 1");
        BOOST_TEST(ask(line) == loading_reply, line);
        ++refused;
    }
    BOOST_TEST(refused > 20U);
    BOOST_TEST(context.counters.of(allot::ErrorCode::loading) == refused);
    // Many commands at once, for which an open store would prefetch.
    std::string many;
    std::string expected;
    for (int i = 0; i < 20; ++i) {
        many.append("ALLOCATE o s 1\r\n");
        expected.append(loading_reply);
    }
    BOOST_TEST(answers(session, many) == expected);
    BOOST_TEST(engine.journal.last() == 0U);
}

BOOST_AUTO_TEST_CASE(when_a_client_pings_then_the_server_is_not_ready) {
    loading.update("replaying journal", 42, 100);
    BOOST_TEST(ask("PING") == loading_reply);
    BOOST_TEST(ask("PING message") == loading_reply);
    BOOST_TEST(answers(session, allot::test::framed({"PING"})) == loading_reply);
    context.open(engine.backend());
    BOOST_TEST(ask("PING") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_command_touches_no_stock_then_it_is_executed_as_always) {
    BOOST_TEST(ask("ECHO x") == "$1\r\nx\r\n");
    BOOST_TEST(ask("SELECT 0") == "+OK\r\n");
    BOOST_TEST(ask("AUTH default any") == "+OK\r\n");
    BOOST_TEST(ask("ROLE") == "*3\r\n+master\r\n:0\r\n*0\r\n");
    BOOST_TEST(ask("LATENCY LATEST") == "*0\r\n");
    BOOST_TEST(contains(ask("INFO replication"), "role:master\r\n"));
    BOOST_TEST(contains(ask("HELLO 3"), "$6\r\nserver\r\n"));
    BOOST_TEST(ask("CLIENT SETNAME n") == "+OK\r\n");
    BOOST_TEST(contains(ask("CONFIG GET port"), "port"));
    BOOST_TEST(ask("SLOWLOG LEN") == ":0\r\n");
    BOOST_TEST(contains(ask("COMMAND COUNT"), ":"));
    BOOST_TEST(ask("UNSUBSCRIBE c").starts_with(">3\r\n"));
    BOOST_TEST(ask("RESET") == "+RESET\r\n");
    BOOST_TEST(ask("QUIT") == "+OK\r\n");
}

BOOST_AUTO_TEST_CASE(when_client_libraries_wait_for_the_end_then_info_shows_it) {
    loading.update("loading snapshot", 1, 4);
    context.clock.now += std::chrono::seconds{10};
    const std::string info = ask("INFO persistence");
    BOOST_TEST(contains(info, "loading:1\r\n"), info);
    BOOST_TEST(contains(info, "loading_step:loading snapshot\r\n"), info);
    BOOST_TEST(contains(info, "loading_loaded_perc:25\r\n"), info);
    BOOST_TEST(contains(info, "loading_eta_seconds:31\r\n"), info);
    context.open(engine.backend());
    BOOST_TEST(contains(ask("INFO persistence"), "loading:0\r\n"));
    BOOST_TEST(!contains(ask("INFO persistence"), "loading_eta"));
}

BOOST_AUTO_TEST_CASE(when_the_store_is_open_then_the_same_client_is_served) {
    BOOST_TEST(ask("ADDBATCH b s 10").starts_with("-LOADING "));
    context.open(engine.backend());
    BOOST_TEST(ask("ADDBATCH b s 10") == "+OK\r\n");
    BOOST_TEST(answers(session, "ALLOCATE o s 1\r\nALLOCATE o s 2\r\n") == "+b\r\n+b\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_request_comes_over_http_then_a_503_says_when_to_retry) {
    loading.update("replaying journal", 42, 100);
    for (const allot::Route& route : allot::routes()) {
        if (route.has(allot::flag_loading)) continue;
        const auto body = route.has(allot::flag_body) ? std::optional{"{}"} : std::nullopt;
        const auto method = boost::beast::http::to_string(route.method);
        std::string path{route.path.substr(0, route.path.find('{'))};
        if (path.size() < route.path.size()) {
            path += "a" + std::string{route.path.substr(route.path.find('}') + 1)};
        }
        const auto answer = get({method.data(), method.size()}, path, body);
        BOOST_TEST(answer.status == 503U, path);
        BOOST_TEST(answer.says("Retry-After: 1"));
        BOOST_TEST(contains(answer.body, "Allot is loading: replaying journal, 42 %"), answer.body);
    }
    BOOST_TEST(get("POST", "/v1/snapshots").json().at("error").at("code").as_string() == "LOADING");
}

BOOST_AUTO_TEST_CASE(when_the_server_is_probed_then_it_is_alive_but_not_ready) {
    loading.update("replaying journal", 42, 100);
    BOOST_TEST(get("GET", "/livez").body == "ok\n");
    BOOST_TEST(get("GET", "/v1/openapi.json").status == 200U);
    BOOST_TEST(get("GET", "/v1/info").json().at("persistence").at("loading").as_bool());
    const auto metrics = get("GET", "/metrics");
    BOOST_TEST(metrics.status == 200U);
    BOOST_TEST(contains(metrics.body, "\nallot_ready 0\n"));
    BOOST_TEST(contains(metrics.body, "\nallot_loading_ratio 0.42"));
    BOOST_TEST(!contains(metrics.body, "allot_last_lsn"));

    const auto answer = get("GET", "/readyz");
    BOOST_TEST(answer.status == 503U);
    BOOST_TEST(answer.says("Retry-After: 1"));
    BOOST_TEST(
        answer.body ==
        R"({"error":{"code":"LOADING","message":"Allot is loading: replaying journal, 42 %"},)"
        R"("reason":"loading","step":"replaying journal","percent":42})");
    context.open(engine.backend());
    BOOST_TEST(get("GET", "/readyz").status == 200U);
    BOOST_TEST(get("GET", "/readyz").body == "ok\n");
    context.store.failed = true;
    BOOST_TEST(get("GET", "/readyz").status == 503U);
    const auto failed = get("GET", "/readyz").json();
    BOOST_TEST(failed.at("reason").as_string() == "the storage has failed");
    BOOST_TEST(failed.at("error").at("code").as_string() == "READONLY");
    BOOST_TEST(get("GET", "/livez").status == 200U);
    BOOST_TEST(context.counters.of(allot::ErrorCode::read_only) == 0U);
}

BOOST_AUTO_TEST_CASE(when_the_total_is_unknown_or_exceeded_then_the_progress_is_0_or_100_percent) {
    BOOST_TEST(Loading{}.step().text() == "opening the store, 0 %");
    loading.update("x", 7, 5);
    BOOST_TEST(loading.step().percent() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()

// Streams of server-sent events of a server whose clients connect and disconnect.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "tests/net/http/event_listener.hpp"
#include "tests/net/http/http_fixture.hpp"
#include "tests/net/transport/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::DisconnectReason;
using allot::test::added_event;
using allot::test::answers_in;
using allot::test::begin_at;
using allot::test::eventually;
using allot::test::http_request;
using allot::test::TestClient;
using allot::test::TestServer;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_server_of_event_streams)

BOOST_AUTO_TEST_CASE(when_a_fact_is_durable_then_all_streams_get_it_and_idle_timeout_closes_none) {
    TestServer server{{.idle_max = 300ms}};
    TestClient first{server, TestServer::http};
    TestClient second{server, TestServer::http};
    TestClient worker{server};
    for (auto* const each : {&first, &second}) each->send(http_request("GET", "/v1/feed"));
    worker.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.engine.journal.last() == 1U; }));
    TestClient idle{server};  // closed after the time that may close none of the streams
    BOOST_TEST(idle.until_closed().empty());
    BOOST_TEST(server.counters().of(DisconnectReason::idle) >= 1U);
    server.engine.journal.sync();
    for (auto* const each : {&first, &second}) {
        std::string stream;
        while (!stream.ends_with("}\n\n\r\n")) stream += each->receive(std::size_t{1});
        BOOST_TEST(answers_in(stream).front().body == begin_at(0) + std::string{added_event});
    }
}

BOOST_AUTO_TEST_CASE(when_the_server_ends_then_streams_end_at_once_and_well) {
    TestServer server;
    TestClient client{server, TestServer::http};
    client.send(http_request("GET", "/v1/feed"));
    BOOST_TEST(eventually([&] { return server.counters().commands == 1U; }));
    BOOST_TEST(server.drain(5s).get());
    const std::string stream = client.until_closed();
    BOOST_TEST(answers_in(stream).front().body == begin_at(0));
    BOOST_TEST(stream.ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(when_clients_go_then_their_streams_are_gone) {
    TestServer server;
    {
        TestClient gone{server, TestServer::http};
        gone.send(http_request("GET", "/v1/feed"));
        TestClient finished{server, TestServer::http};
        finished.send(http_request("GET", "/v1/feed"));
        BOOST_TEST(eventually([&] { return server.counters().commands == 2U; }));
        finished.end_sending();
        BOOST_TEST(finished.until_closed().ends_with("\r\n0\r\n\r\n"));
    }
    BOOST_TEST(eventually([&] { return server.clients() == 0U; }));
}

BOOST_AUTO_TEST_SUITE_END()

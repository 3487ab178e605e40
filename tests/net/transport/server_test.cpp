// A server and its clients, which send requests, disconnect and quit.

#include "net/transport/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "tests/net/transport/test_server.hpp"

namespace {

using allot::DisconnectReason;
using allot::test::eventually;
using allot::test::framed;
using allot::test::repeated;
using allot::test::TestClient;
using allot::test::TestServer;

struct Served {
    Served() { server.engine.journal.sync_at_once(); }
    TestServer server;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_server, Served)

BOOST_AUTO_TEST_CASE(when_clients_send_requests_then_each_gets_its_replies) {
    TestClient first{server};
    TestClient second{server};
    BOOST_TEST(first.ask("ADDBATCH b SKU 10", "+OK\r\n") == "+OK\r\n");
    BOOST_TEST(second.ask("ALLOCATE o SKU 3", "+b\r\n") == "+b\r\n");
    BOOST_TEST(first.ask("AVAILABLE SKU", ":7\r\n") == ":7\r\n");
    BOOST_TEST(server.clients() == 2U);
}

BOOST_AUTO_TEST_CASE(when_a_request_comes_byte_by_byte_then_it_is_answered) {
    TestClient client{server};
    for (const char byte : framed({"ECHO", "x"})) client.send({&byte, 1});
    BOOST_TEST(client.receive("$1\r\nx\r\n") == "$1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_ends_sending_then_it_gets_all_its_replies_and_is_closed) {
    TestClient client{server};
    client.send(repeated("PING\r\n", 5000) + "PI");
    client.end_sending();
    BOOST_TEST(client.until_closed() == repeated("+PONG\r\n", 5000));
    BOOST_TEST(eventually([&] { return server.clients() == 0; }));
}

BOOST_AUTO_TEST_CASE(when_a_client_quits_then_it_is_closed_after_the_reply) {
    allot::ServerOptions options;
    options.await_close_max = std::chrono::hours{1};
    TestServer patient{options};
    TestClient client{patient};
    client.send("QUIT\r\nPING\r\n");
    BOOST_TEST(client.until_closed() == "+OK\r\n");
    // The server reads on until the client closes: a reset could overtake the reply.
    client.send("PING\r\n");
    BOOST_TEST(patient.clients() == 1U);
    client.close();
    BOOST_TEST(eventually([&] { return patient.clients() == 0; }));
}

BOOST_AUTO_TEST_CASE(when_the_protocol_is_broken_amid_a_flood_then_the_error_still_arrives) {
    TestClient client{server};
    client.send("PING\r\n*x\r\n" + std::string(100'000, 'x'));
    BOOST_TEST(client.until_closed() ==
               "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_browser_posts_then_it_is_closed_without_a_reply) {
    TestClient client{server};
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nALLOCATE o SKU 1\r\n");
    BOOST_TEST(client.until_closed().empty());
    BOOST_TEST(server.counters().of(DisconnectReason::cross_protocol) == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_client_pipelines_100000_commands_then_another_is_served_in_between) {
    TestClient busy{server};
    constexpr std::size_t commands = 100'000;
    std::thread sender{[&] { busy.send(repeated("PING\r\n", commands)); }};
    std::string replies;
    std::thread reader{[&] { replies = busy.receive(commands * 7); }};
    TestClient polite{server};
    int served = 0;
    while (server.counters().commands < commands && served < 1000) {
        if (polite.ask("PING", "+PONG\r\n") != "+PONG\r\n") break;
        ++served;
    }
    sender.join();
    reader.join();
    BOOST_TEST(replies.size() == commands * 7);
    BOOST_TEST(served > 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_address)

BOOST_AUTO_TEST_CASE(when_the_address_is_taken_or_unknown_then_listening_fails) {
    TestServer server;
    boost::asio::io_context io;
    for (const auto& [host, port] : {std::pair{"127.0.0.1", server.port()},
                                     std::pair{"no.such.host.invalid", std::uint16_t{0}}}) {
        const allot::Loading loading;
        allot::Server one{io, loading};
        BOOST_CHECK_THROW(one.listen(allot::Server::bind(io, host, port)),
                          boost::system::system_error);
    }
}

BOOST_AUTO_TEST_SUITE_END()

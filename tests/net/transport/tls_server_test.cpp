// A server that speaks TLS, and its clients, including those that misbehave.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "net/transport/tls.hpp"
#include "tests/net/transport/certificates.hpp"
#include "tests/net/transport/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::DisconnectReason;
using allot::test::eventually;
using allot::test::stops_reading;
using allot::test::TestClient;
using allot::test::TestServer;
using allot::test::TlsClient;

/// A server that speaks TLS.
struct Secure {
    explicit Secure(allot::ServerOptions options = {}) : server{with_tls(std::move(options))} {
        server.engine.journal.sync_at_once();
    }
    static allot::ServerOptions with_tls(allot::ServerOptions options) {
        options.tls = std::make_shared<allot::TlsContext>(allot::test::tls_files());
        return options;
    }
    TestServer server;
};

/// A client of it.
class SecureClient {
public:
    explicit SecureClient(const TestServer& server) : socket_{server} {}

    std::string ask(std::string_view line, std::size_t reply_bytes) {
        shake_hands();
        tls.write(std::string{line} + "\r\n");
        return receive(reply_bytes);
    }
    /// Receives at least so many bytes, or until the server ends the connection.
    std::string receive(std::size_t bytes) {
        std::string all = tls.read();
        socket_.send(tls.outgoing());
        while (all.size() < bytes) {
            const std::string some = socket_.receive(1);
            if (some.empty()) break;
            tls.received(some);
            all += tls.read();
            socket_.send(tls.outgoing());
        }
        return all;
    }
    void shake_hands() {
        tls.read();
        while (SSL_is_init_finished(tls.ssl()) != 1) {
            socket_.send(tls.outgoing());
            const std::string some = socket_.receive(1);
            if (some.empty()) break;
            tls.received(some);
            tls.read();
        }
    }
    void send(std::string_view bytes) {
        tls.write(bytes);
        socket_.send(tls.outgoing());
    }
    TestClient& socket() { return socket_; }

    TlsClient tls;

private:
    TestClient socket_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_server_that_speaks_tls, Secure)

BOOST_AUTO_TEST_CASE(when_clients_send_requests_then_each_gets_its_replies) {
    SecureClient first{server};
    SecureClient second{server};
    BOOST_TEST(first.ask("ADDBATCH b SKU 10", 5) == "+OK\r\n");
    BOOST_TEST(second.ask("ALLOCATE o SKU 3", 4) == "+b\r\n");
    BOOST_TEST(first.ask("AVAILABLE SKU", 4) == ":7\r\n");
    const std::string large(60'000, 'x');
    BOOST_TEST((second.ask("ECHO " + large, 60'010) == "$60000\r\n" + large + "\r\n"));
}

BOOST_AUTO_TEST_CASE(when_a_client_quits_then_it_gets_close_notify) {
    SecureClient client{server};
    BOOST_TEST(client.ask("PING\r\nQUIT\r\nPING", 1000) == "+PONG\r\n+OK\r\n");
    BOOST_TEST(client.tls.error == SSL_ERROR_ZERO_RETURN);
    client.socket().close();
    BOOST_TEST(eventually([&] { return server.clients() == 0; }));
}

BOOST_AUTO_TEST_CASE(when_a_client_says_no_more_then_it_gets_all_its_replies) {
    SecureClient client{server};
    client.ask("PING", 7);
    std::string pings;
    for (int i = 0; i < 1000; ++i) pings += "PING\r\n";
    client.tls.write(pings + "PI");
    SSL_shutdown(client.tls.ssl());
    BOOST_TEST(client.receive(1U << 20U).size() == 7000U);
    BOOST_TEST(client.tls.error == SSL_ERROR_ZERO_RETURN);
}

BOOST_AUTO_TEST_CASE(when_a_plain_client_comes_then_it_is_dropped_and_others_are_served) {
    SecureClient known{server};
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
    TestClient plain{server};
    plain.send("PING\r\nPING\r\n");
    BOOST_TEST(plain.until_closed().find("PONG") == std::string::npos);
    BOOST_TEST(server.counters().of(DisconnectReason::tls_failed) == 1U);
    BOOST_TEST(server.counters().commands == 1U);
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_server_drains_then_replies_are_sent_and_the_end_is_said) {
    SecureClient known{server};
    SecureClient half{server};
    known.ask("PING", 7);
    half.tls.read();
    half.socket().send(half.tls.outgoing().substr(0, 50));
    known.send("ECHO x\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 2; }));
    auto drained = server.drain(5s);
    BOOST_TEST(known.receive(1000) == "$1\r\nx\r\n");
    BOOST_TEST(known.tls.error == SSL_ERROR_ZERO_RETURN);
    known.socket().close();
    BOOST_TEST(half.socket().until_closed().empty());
    half.socket().close();
    BOOST_TEST(drained.get());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_clients_of_tls_that_misbehave)

BOOST_AUTO_TEST_CASE(when_the_handshake_does_not_end_then_there_is_a_deadline) {
    Secure secure{{.handshake_max = 500ms}};
    SecureClient known{secure.server};
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
    SecureClient half{secure.server};
    half.tls.read();
    half.socket().send(half.tls.outgoing().substr(0, 50));
    const TestClient silent{secure.server};
    BOOST_TEST(half.socket().until_closed().empty());
    BOOST_TEST(eventually(
        [&] { return secure.server.counters().of(DisconnectReason::handshake_stalled) == 2; }));
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_never_reads_then_reading_stops_and_it_is_dropped) {
    Secure secure{{.output_stalled_max = 500ms}};
    SecureClient greedy{secure.server};
    greedy.ask("PING", 7);
    const std::string request = "ECHO " + std::string(16'000, 'x') + "\r\n";
    for (int i = 0; i < 2000; ++i) greedy.tls.write(request);
    const std::string sealed = greedy.tls.outgoing();
    std::string_view rest = sealed;
    BOOST_TEST(eventually([&] {
        rest.remove_prefix(greedy.socket().send_some(rest));
        return secure.server.counters().of(DisconnectReason::output_stalled) == 1;
    }));
    BOOST_TEST(!rest.empty());
    BOOST_TEST(secure.server.clients() == 0U);
}

BOOST_AUTO_TEST_CASE(when_a_client_reads_slowly_then_it_gets_everything) {
    Secure secure;
    SecureClient slow{secure.server};
    slow.ask("PING", 7);
    const std::string request = "ECHO " + std::string(16'000, 'x') + "\r\n";
    constexpr std::size_t requests = 600;
    for (std::size_t i = 0; i < requests; ++i) slow.tls.write(request);
    std::thread sender{[&, sealed = slow.tls.outgoing()] { slow.socket().send(sealed); }};
    BOOST_TEST(stops_reading(secure.server));
    std::size_t got = 0;
    while (got < requests * 16'010) {
        const std::string some = slow.socket().receive(50'000);
        if (some.empty()) break;
        slow.tls.received(some);
        got += slow.tls.read().size();
    }
    sender.join();
    BOOST_TEST(got == requests * 16'010);
}

BOOST_AUTO_TEST_SUITE_END()

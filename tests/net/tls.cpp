#include "net/tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "tests/net/certificates.hpp"
#include "tests/net/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::Drop;
using allot::TlsContext;
using allot::TlsFiles;
using allot::TlsSession;
using allot::test::Certificates;
using allot::test::eventually;
using allot::test::Identity;
using allot::test::TestClient;
using allot::test::TestServer;
using allot::test::TlsClient;
using boost::system::error_code;

const Certificates& certificates() {
    static const Certificates made;
    return made;
}

TlsFiles files(const std::string& client_ca = {}) {
    return {certificates() / "server.pem", certificates() / "server.key", client_ca};
}

std::string complaint_about(const TlsFiles& files) {
    try {
        const TlsContext context{files};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

/// Both sides, and a wire between them that carries pieces.
struct Wire {
    explicit Wire(const TlsFiles& server_files = files(), const Identity* client_shows = nullptr,
                  int version_max = TLS1_3_VERSION)
        : context{server_files}, server{context}, client{client_shows, version_max} {}

    /// Until nobody has anything to say.
    void run(std::size_t piece = 1 << 20) {
        for (bool moved = true; moved;) {
            said += client.read();
            moved = to_server(piece);
            while (!server.outgoing().empty()) {
                const std::string bytes{server.outgoing().substr(0, piece)};
                client.received(bytes);
                server.sent(bytes.size());
                said += client.read();
                moved = true;
            }
        }
    }

    TlsContext context;
    TlsSession server;
    TlsClient client;
    std::string heard;  // by the server
    std::string said;   // by the server
    error_code error;   // of the server's

private:
    bool to_server(std::size_t piece) {
        const std::string bytes = client.outgoing();
        for (std::size_t at = 0; at < bytes.size() && !error; at += piece) {
            server.received(bytes.substr(at, piece));
            char room[1000];
            while (const std::size_t got = server.read(room, error)) heard.append(room, got);
        }
        return !bytes.empty();
    }
};

std::string counted(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += std::to_string(text.size()) + ' ';
    text.resize(bytes);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_two_sides_of_tls)

BOOST_AUTO_TEST_CASE(when_they_speak_then_all_of_it_arrives_however_it_is_cut) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U}) {
            Wire wire{files(), nullptr, version};
            wire.run(piece);
            BOOST_TEST(wire.server.is_established());
            BOOST_TEST(SSL_version(wire.client.ssl()) == version);
            const std::string much = counted(50'000);
            wire.client.write(much.substr(0, 16'000));
            wire.client.write(much.substr(16'000));
            wire.server.write(much, wire.error);
            wire.run(piece);
            BOOST_TEST(!wire.error);
            BOOST_TEST((wire.heard == much));
            BOOST_TEST((wire.said == much));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_one_says_no_more_then_the_other_hears_so) {
    Wire wire;
    wire.run();
    wire.server.write("last words", wire.error);
    wire.server.close();
    wire.run();
    BOOST_TEST(wire.said == "last words");
    BOOST_TEST(wire.client.error == SSL_ERROR_ZERO_RETURN);
    wire.client.write("I heard you");
    SSL_shutdown(wire.client.ssl());
    wire.run();
    BOOST_TEST(wire.heard == "I heard you");
    BOOST_TEST((wire.error == boost::asio::error::eof));
}

BOOST_AUTO_TEST_CASE(when_what_comes_is_no_tls_then_it_is_an_error_and_the_client_is_told) {
    for (const std::string bytes :
         {"PING\r\nPING\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff\xff"}) {
        TlsContext context{files()};
        TlsSession server{context};
        server.received(bytes);
        char room[100];
        error_code error;
        BOOST_TEST(server.read(room, error) == 0U);
        BOOST_TEST((error.category() == boost::asio::error::get_ssl_category()));
        BOOST_TEST(!server.is_established());
    }
}

BOOST_AUTO_TEST_CASE(when_a_client_speaks_an_old_version_then_it_is_refused) {
    Wire wire{files(), nullptr, TLS1_1_VERSION};
    wire.run();
    BOOST_TEST(!wire.server.is_established());
    BOOST_TEST((wire.error.category() == boost::asio::error::get_ssl_category()));
    BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
}

BOOST_AUTO_TEST_CASE(when_a_client_wants_to_negotiate_anew_then_it_is_refused) {
    Wire wire{files(), nullptr, TLS1_2_VERSION};
    wire.run();
    BOOST_TEST(SSL_renegotiate(wire.client.ssl()) == 1);
    SSL_do_handshake(wire.client.ssl());
    wire.run();
    BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
    BOOST_TEST(wire.heard.empty());
}

BOOST_AUTO_TEST_CASE(when_it_is_idle_then_it_has_no_session_to_resume) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Wire wire{files(), nullptr, version};
        wire.run();
        BOOST_TEST(SSL_SESSION_is_resumable(SSL_get0_session(wire.client.ssl())) == 0);
    }
}

BOOST_AUTO_TEST_CASE(when_clients_must_show_who_they_are_then_only_those_of_the_ca_are_let_in) {
    const TlsFiles mutual = files(certificates() / "authority.pem");
    Wire known{mutual, &certificates().client};
    known.run();
    known.client.write("hello");
    known.run();
    BOOST_TEST(known.heard == "hello");
    for (const Identity* const other :
         {static_cast<const Identity*>(nullptr), &certificates().stranger}) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            Wire wire{mutual, other, version};
            wire.run();
            wire.client.write("hello");
            wire.run();
            BOOST_TEST(wire.heard.empty());
            BOOST_TEST(!wire.server.is_established());
            BOOST_TEST((wire.error.category() == boost::asio::error::get_ssl_category()));
            BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_for_tls)

BOOST_AUTO_TEST_CASE(when_one_cannot_be_used_then_the_error_names_it) {
    const auto& made = certificates();
    TlsFiles wrong = files();
    wrong.certificate = made / "none.pem";
    BOOST_TEST(complaint_about(wrong).starts_with("the certificate in " + wrong.certificate +
                                                  ": No such file"));
    wrong = files();
    wrong.key = made / "none.key";
    BOOST_TEST(complaint_about(wrong).starts_with("the key in " + wrong.key + ": No such file"));
    wrong.key = made / "server.pem";
    BOOST_TEST(complaint_about(wrong).starts_with("the key in " + wrong.key + ": "));
    made.write_key("stranger.key", made.stranger);
    wrong.key = made / "stranger.key";
    BOOST_TEST(
        complaint_about(wrong).starts_with("the key in " + wrong.key + ": key values mismatch"));
    wrong = files(made / "none.pem");
    BOOST_TEST(complaint_about(wrong).starts_with("the certificate in " + wrong.client_ca + ": "));
    BOOST_TEST(complaint_about(files()) == "none");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A server that speaks TLS.
struct Secure {
    explicit Secure(allot::ServerOptions options = {}) : server{with_tls(std::move(options))} {
        server.engine.journal.sync_at_once();
    }
    static allot::ServerOptions with_tls(allot::ServerOptions options) {
        options.tls = std::make_shared<TlsContext>(files());
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
    /// At least so many bytes, or until the server says no more.
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

BOOST_AUTO_TEST_CASE(when_clients_ask_then_each_is_answered) {
    SecureClient first{server};
    SecureClient second{server};
    BOOST_TEST(first.ask("ADDBATCH b SKU 10", 5) == "+OK\r\n");
    BOOST_TEST(second.ask("ALLOCATE o SKU 3", 4) == "+b\r\n");
    BOOST_TEST(first.ask("AVAILABLE SKU", 4) == ":7\r\n");
    const std::string large(60'000, 'x');
    BOOST_TEST((second.ask("ECHO " + large, 60'010) == "$60000\r\n" + large + "\r\n"));
}

BOOST_AUTO_TEST_CASE(when_a_client_quits_then_it_is_told_that_no_more_will_come) {
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
    BOOST_TEST(server.counters().of(Drop::tls_failed) == 1U);
    BOOST_TEST(server.counters().commands == 1U);
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_it_drains_then_replies_are_sent_and_the_end_is_said) {
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
    BOOST_TEST(
        eventually([&] { return secure.server.counters().of(Drop::handshake_stalled) == 2; }));
    BOOST_TEST(known.ask("PING", 7) == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_one_never_reads_then_reading_stops_and_it_is_dropped) {
    Secure secure{{.output_stalled_max = 500ms}};
    SecureClient greedy{secure.server};
    greedy.ask("PING", 7);
    const std::string request = "ECHO " + std::string(16'000, 'x') + "\r\n";
    for (int i = 0; i < 2000; ++i) greedy.tls.write(request);
    const std::string sealed = greedy.tls.outgoing();
    std::string_view rest = sealed;
    BOOST_TEST(eventually([&] {
        rest.remove_prefix(greedy.socket().send_some(rest));
        return secure.server.counters().of(Drop::output_stalled) == 1;
    }));
    BOOST_TEST(!rest.empty());
    BOOST_TEST(secure.server.clients() == 0U);
}

BOOST_AUTO_TEST_CASE(when_one_reads_slowly_then_it_gets_everything) {
    Secure secure;
    SecureClient slow{secure.server};
    slow.ask("PING", 7);
    const std::string request = "ECHO " + std::string(16'000, 'x') + "\r\n";
    constexpr std::size_t requests = 600;
    for (std::size_t i = 0; i < requests; ++i) slow.tls.write(request);
    std::thread sender{[&, sealed = slow.tls.outgoing()] { slow.socket().send(sealed); }};
    std::this_thread::sleep_for(200ms);
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

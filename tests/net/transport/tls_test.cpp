// Both sides of TLS without a socket, and the files that a server needs for it.

#include "net/transport/tls.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "tests/net/transport/certificates.hpp"

namespace {

using allot::TlsContext;
using allot::TlsFiles;
using allot::TlsSession;
using allot::test::certificates;
using allot::test::Identity;
using allot::test::tls_files;
using allot::test::TlsClient;
using boost::system::error_code;

std::string complaint_about(const TlsFiles& files) {
    try {
        const TlsContext context{files};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

/// Both sides of a connection, with bytes passed between them in pieces.
struct Wire {
    explicit Wire(const TlsFiles& server_files = tls_files(),
                  const Identity* client_shows = nullptr, int version_max = TLS1_3_VERSION)
        : context{server_files}, server{context}, client{client_shows, version_max} {}

    /// Runs until neither side has anything to send.
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
    std::string server_input;
    std::string said;  // sent by the server
    error_code error;  // of the server

private:
    bool to_server(std::size_t piece) {
        const std::string bytes = client.outgoing();
        for (std::size_t at = 0; at < bytes.size() && !error; at += piece) {
            server.received(bytes.substr(at, piece));
            char buffer[1000];
            while (const std::size_t got = server.read(buffer, error))
                server_input.append(buffer, got);
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

BOOST_AUTO_TEST_CASE(when_both_sides_send_then_all_of_it_arrives_however_it_is_cut) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U}) {
            Wire wire{tls_files(), nullptr, version};
            wire.run(piece);
            BOOST_TEST(wire.server.is_established());
            BOOST_TEST(SSL_version(wire.client.ssl()) == version);
            const std::string much = counted(50'000);
            wire.client.write(much.substr(0, 16'000));
            wire.client.write(much.substr(16'000));
            wire.server.write(much, wire.error);
            wire.run(piece);
            BOOST_TEST(!wire.error);
            BOOST_TEST((wire.server_input == much));
            BOOST_TEST((wire.said == much));
        }
    }
}

BOOST_AUTO_TEST_CASE(when_one_side_sends_close_notify_then_the_other_reads_the_end) {
    Wire wire;
    wire.run();
    wire.server.write("last words", wire.error);
    wire.server.close();
    wire.run();
    BOOST_TEST(wire.said == "last words");
    BOOST_TEST(wire.client.error == SSL_ERROR_ZERO_RETURN);
    wire.client.write("received");
    SSL_shutdown(wire.client.ssl());
    wire.run();
    BOOST_TEST(wire.server_input == "received");
    BOOST_TEST((wire.error == boost::asio::error::eof));
}

BOOST_AUTO_TEST_CASE(when_the_bytes_are_not_tls_then_it_is_an_error_and_the_client_gets_an_alert) {
    for (const std::string bytes :
         {"PING\r\nPING\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff\xff"}) {
        TlsContext context{tls_files()};
        TlsSession server{context};
        server.received(bytes);
        char buffer[100];
        error_code error;
        BOOST_TEST(server.read(buffer, error) == 0U);
        BOOST_TEST((error.category() == boost::asio::error::get_ssl_category()));
        BOOST_TEST(!server.is_established());
    }
}

BOOST_AUTO_TEST_CASE(when_a_client_speaks_an_old_version_then_it_is_refused) {
    Wire wire{tls_files(), nullptr, TLS1_1_VERSION};
    wire.run();
    BOOST_TEST(!wire.server.is_established());
    BOOST_TEST((wire.error.category() == boost::asio::error::get_ssl_category()));
    BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
}

BOOST_AUTO_TEST_CASE(when_a_client_wants_to_negotiate_anew_then_it_is_refused) {
    Wire wire{tls_files(), nullptr, TLS1_2_VERSION};
    wire.run();
    BOOST_TEST(SSL_renegotiate(wire.client.ssl()) == 1);
    SSL_do_handshake(wire.client.ssl());
    wire.run();
    BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
    BOOST_TEST(wire.server_input.empty());
}

BOOST_AUTO_TEST_CASE(when_a_side_is_idle_then_it_has_no_session_to_resume) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Wire wire{tls_files(), nullptr, version};
        wire.run();
        BOOST_TEST(SSL_SESSION_is_resumable(SSL_get0_session(wire.client.ssl())) == 0);
    }
}

BOOST_AUTO_TEST_CASE(when_clients_must_have_certificates_then_only_those_of_the_ca_are_accepted) {
    const TlsFiles mutual = tls_files(certificates() / "authority.pem");
    Wire known{mutual, &certificates().client};
    known.run();
    known.client.write("hello");
    known.run();
    BOOST_TEST(known.server_input == "hello");
    for (const Identity* const other :
         {static_cast<const Identity*>(nullptr), &certificates().unrelated}) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            Wire wire{mutual, other, version};
            wire.run();
            wire.client.write("hello");
            wire.run();
            BOOST_TEST(wire.server_input.empty());
            BOOST_TEST(!wire.server.is_established());
            BOOST_TEST((wire.error.category() == boost::asio::error::get_ssl_category()));
            BOOST_TEST(wire.client.error == SSL_ERROR_SSL);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_files_for_tls)

BOOST_AUTO_TEST_CASE(when_a_file_cannot_be_used_then_the_error_names_it) {
    const auto& made = certificates();
    TlsFiles wrong = tls_files();
    wrong.certificate = made / "none.pem";
    BOOST_TEST(complaint_about(wrong).starts_with("the certificate in " + wrong.certificate +
                                                  ": No such file"));
    wrong = tls_files();
    wrong.key = made / "none.key";
    BOOST_TEST(complaint_about(wrong).starts_with("the key in " + wrong.key + ": No such file"));
    wrong.key = made / "server.pem";
    BOOST_TEST(complaint_about(wrong).starts_with("the key in " + wrong.key + ": "));
    made.write_key("unrelated.key", made.unrelated);
    wrong.key = made / "unrelated.key";
    BOOST_TEST(
        complaint_about(wrong).starts_with("the key in " + wrong.key + ": key values mismatch"));
    wrong = tls_files(made / "none.pem");
    BOOST_TEST(complaint_about(wrong).starts_with("the certificate in " + wrong.client_ca + ": "));
    BOOST_TEST(complaint_about(tls_files()) == "none");
}

BOOST_AUTO_TEST_SUITE_END()

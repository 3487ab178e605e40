#include "net/cli/remote/server_link.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "net/text/escape.hpp"

namespace allot::program {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

std::string text_of(const Endpoint& server) {
    const bool is_version_6 = server.host.find(':') != std::string::npos;
    return (is_version_6 ? "[" + server.host + "]" : server.host) + ":" +
           std::to_string(server.port);
}

/// \throws LinkError
void use_file(std::string_view what, const std::string& file, const error_code& error) {
    if (!error) return;
    throw LinkError{"cannot use the " + std::string{what} + " in " + file + ": " + error.message()};
}

std::unique_ptr<ssl::context> context_for(const ClientTls& tls) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    context->set_verify_mode(ssl::verify_peer);
    error_code error;
    if (tls.ca.empty()) {
        context->set_default_verify_paths(error);
    } else {
        context->load_verify_file(tls.ca, error);
    }
    use_file("certificates of CAs", tls.ca.empty() ? "the system's directory" : tls.ca, error);
    if (tls.certificate.empty()) return context;
    context->use_certificate_chain_file(tls.certificate, error);
    use_file("certificate", tls.certificate, error);
    context->use_private_key_file(tls.key, ssl::context::pem, error);
    use_file("key", tls.key, error);
    return context;
}

}  // namespace

ServerLink::ServerLink(const Endpoint& server, const std::optional<ClientTls>& tls)
    : name_{text_of(server)} {
    connect(server);
    if (tls) shake_hands(server, *tls);
}

std::size_t ServerLink::within(std::chrono::seconds time, const std::function<void(Done)>& start,
                               error_code& error) {
    error = asio::error::would_block;
    std::size_t moved = 0;
    start([&](error_code outcome, std::size_t bytes) {
        error = outcome;
        moved = bytes;
    });
    io_.restart();
    io_.run_for(time);
    if (error != asio::error::would_block) return moved;
    socket_.close();  // which ends the operation
    io_.restart();
    io_.run();
    error = asio::error::timed_out;
    return 0;
}

void ServerLink::fail_at(std::string_view deed, const error_code& error) {
    throw LinkError{std::string{deed} + ' ' + name_ + ": " + escaped(error.message())};
}

void ServerLink::connect(const Endpoint& server) {
    error_code error;
    asio::ip::tcp::resolver resolver{io_};
    const auto found = resolver.resolve(server.host, std::to_string(server.port), error);
    if (error) fail_at("cannot find", error);
    within(
        connect_max,
        [&](const Done& done) {
            asio::async_connect(socket_, found,
                                [done](error_code outcome, const auto&) { done(outcome, 0); });
        },
        error);
    if (!error) {
        socket_.set_option(asio::ip::tcp::no_delay{true});
        return;
    }
    throw LinkError{"cannot connect to " + name_ + ": " + error.message() +
                    "; is 'allot serve' running there? It logs its address"};
}

void ServerLink::shake_hands(const Endpoint& server, const ClientTls& tls) {
    context_ = context_for(tls);
    tls_ = std::make_unique<ssl::stream<asio::ip::tcp::socket&>>(socket_, *context_);
    tls_->set_verify_callback(ssl::host_name_verification{server.host});
    error_code error;
    asio::ip::make_address(server.host, error);
    // An address is no name that a server could choose its certificate by.
    if (error) SSL_set_tlsext_host_name(tls_->native_handle(), server.host.c_str());
    within(
        connect_max,
        [&](const Done& done) {
            tls_->async_handshake(ssl::stream_base::client,
                                  [done](error_code outcome) { done(outcome, 0); });
        },
        error);
    if (!error) return;
    throw LinkError{"no TLS with " + name_ + ": " + escaped(error.message()) +
                    "; does the server speak it (--tls-cert), and is its certificate for '" +
                    escaped(server.host) + "' of a CA that --tls-ca or the system names?"};
}

void ServerLink::send(std::string_view bytes) {
    error_code error;
    within(
        answer_max,
        [&](const Done& done) {
            const auto buffer = asio::buffer(bytes);
            if (tls_) {
                asio::async_write(*tls_, buffer, done);
            } else {
                asio::async_write(socket_, buffer, done);
            }
        },
        error);
    if (error) fail_at("cannot send to", error);
}

void ServerLink::receive(std::string& to) {
    std::array<char, 64U << 10U> bytes_read;
    error_code error;
    const std::size_t bytes = within(
        answer_max,
        [&](const Done& done) {
            const auto buffer = asio::buffer(bytes_read);
            if (tls_) {
                tls_->async_read_some(buffer, done);
            } else {
                socket_.async_read_some(buffer, done);
            }
        },
        error);
    to.append(bytes_read.data(), bytes);
    has_answered_ |= bytes != 0;
    if (!error) return;
    if (error == asio::error::eof || error == asio::error::connection_reset ||
        error == ssl::error::stream_truncated) {
        throw LinkError{name_ + " has closed the connection" +
                        (has_answered_ ? "" : "; if it speaks TLS, give --tls or --tls-ca")};
    }
    fail_at("no answer from", error);
}

}  // namespace allot::program

#include "net/transport/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <new>
#include <stdexcept>

#include "net/limits.hpp"

namespace allot {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Memory kept by each buffer of a connection while it is empty.
constexpr std::size_t kept_bytes_max = 4 * kibibyte;
/// Memory of OpenSSL 3 on x86-64, measured: at most, for an incomplete handshake; for a record.
constexpr std::size_t handshake_bytes = 64 * kibibyte;
constexpr std::size_t record_bytes = 17 * kibibyte;

error_code last_error() {
    const auto code = static_cast<int>(ERR_peek_last_error());
    if (code == 0) return asio::error::connection_aborted;
    return {code, asio::error::get_ssl_category()};
}

void clear(std::string& buffer, std::size_t& used) noexcept {
    used = 0;
    buffer.clear();
    if (buffer.capacity() > kept_bytes_max) std::string{}.swap(buffer);
}

/// Calls `use(error)`. \throws std::runtime_error that names the file and its error.
template <class Load>
void load(std::string_view what, const std::string& file, Load&& use) {
    ERR_clear_error();
    error_code error;
    use(error);
    if (!error) return;
    throw std::runtime_error{std::string{what} + " " + file + ": " + error.message()};
}

void harden(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    // An idle connection frees its read and write buffers of 16 KiB each.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

TlsContext::TlsContext(const TlsFiles& files) : context_{asio::ssl::context::tls_server} {
    harden(context_.native_handle());
    // Without this, OpenSSL would ask for the key's password at the terminal.
    context_.set_password_callback([](std::size_t, auto) { return std::string{}; });
    load("the certificate in", files.certificate,
         [&](error_code& error) { context_.use_certificate_chain_file(files.certificate, error); });
    load("the key in", files.key, [&](error_code& error) {
        context_.use_private_key_file(files.key, asio::ssl::context::pem, error);
    });
    if (files.client_ca.empty()) return;
    load("the certificate in", files.client_ca,
         [&](error_code& error) { context_.load_verify_file(files.client_ca, error); });
    context_.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    // Tells clients of which CA their certificate must be.
    SSL_CTX_set_client_CA_list(context_.native_handle(),
                               SSL_load_client_CA_file(files.client_ca.c_str()));
}

/// A BIO: functions by which OpenSSL reads and writes the session's buffers.
struct TlsSession::Pipe {
    static TlsSession& session(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* to, std::size_t size, std::size_t* got) {
        TlsSession& self = session(bio);
        BIO_clear_retry_flags(bio);
        *got = self.incoming_.copy(to, size, self.taken_);
        self.taken_ += *got;
        if (*got != 0) return 1;
        BIO_set_retry_read(bio);
        return 0;
    }
    static int write(BIO* bio, const char* from, std::size_t size, std::size_t* written) {
        session(bio).outgoing_.append(from, size);
        *written = size;
        return 1;
    }
    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH; }

    static const BIO_METHOD* method() {
        static BIO_METHOD* const made = [] {
            BIO_METHOD* const pipe = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "session");
            if (pipe == nullptr) throw std::bad_alloc{};
            BIO_meth_set_read_ex(pipe, read);
            BIO_meth_set_write_ex(pipe, write);
            BIO_meth_set_ctrl(pipe, control);
            return pipe;
        }();
        return made;
    }
};

void TlsSession::Free::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

TlsSession::TlsSession(TlsContext& context) : ssl_{SSL_new(context.context_.native_handle())} {
    BIO* const pipe = BIO_new(Pipe::method());
    if (!ssl_ || pipe == nullptr) {
        BIO_free(pipe);
        throw std::bad_alloc{};
    }
    BIO_set_data(pipe, this);
    BIO_set_init(pipe, 1);
    SSL_set_bio(ssl_.get(), pipe, pipe);
    SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

std::size_t TlsSession::read(std::span<char> buffer, error_code& error) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
    if (taken_ == incoming_.size()) clear(incoming_, taken_);
    if (result == 1) return got;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            break;
        case SSL_ERROR_ZERO_RETURN:
            error = asio::error::eof;
            break;
        default:
            error = last_error();
    }
    return 0;
}

void TlsSession::write(std::string_view bytes, error_code& error) {
    ERR_clear_error();
    std::size_t written = 0;
    while (!bytes.empty()) {
        if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1) {
            error = last_error();
            return;
        }
        bytes.remove_prefix(written);
    }
}

void TlsSession::close() {
    ERR_clear_error();
    if (is_established()) SSL_shutdown(ssl_.get());
}

void TlsSession::sent(std::size_t bytes) noexcept {
    sent_ += bytes;
    if (sent_ == outgoing_.size()) clear(outgoing_, sent_);
}

std::size_t TlsSession::buffer_bytes() const noexcept {
    std::size_t of_openssl = 0;
    if (!is_established()) {
        of_openssl = has_begun_ ? handshake_bytes : 0;
    } else if (SSL_has_pending(ssl_.get()) == 1) {
        of_openssl = record_bytes;
    }
    return of_openssl + incoming_.capacity() + outgoing_.capacity();
}

bool TlsSession::is_established() const noexcept { return SSL_is_init_finished(ssl_.get()) == 1; }

}  // namespace allot

#pragma once

#include <openssl/types.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace allot {

/// PEM files with the server's certificate, and the CA of the clients that it accepts.
struct TlsFiles {
    std::string certificate;  ///< server's certificate, then those up to its CA
    std::string key;          ///< of the certificate, not encrypted
    std::string client_ca;    ///< clients need a certificate of this CA; empty: none
};

/// TLS 1.2 or 1.3 for all connections of a server. Sessions are neither renegotiated nor resumed:
/// every connection authenticates anew. Used by the thread of its sessions.
class TlsContext {
public:
    /// \throws std::runtime_error that names the file and its error.
    explicit TlsContext(const TlsFiles& files);

private:
    friend class TlsSession;
    boost::asio::ssl::context context_;
};

/// The server's side of one TLS connection: bytes in, bytes out. Knows no socket.
class TlsSession {
public:
    explicit TlsSession(TlsContext& context);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Takes bytes from the client. \pre read() has returned all earlier ones.
    void received(std::string_view bytes) {
        incoming_.append(bytes);
        has_begun_ = true;
    }
    /// Decrypts bytes of the client; first does the handshake.
    /// \return bytes put into `buffer`; 0: it needs more input. `error` is eof after the client's
    /// close, or an error of OpenSSL, for which outgoing() then has an alert.
    std::size_t read(std::span<char> buffer, boost::system::error_code& error);
    /// Encrypts all of it. \pre is_established()
    void write(std::string_view bytes, boost::system::error_code& error);
    /// Ends the TLS session towards the client.
    void close();

    /// Bytes for the client.
    [[nodiscard]] std::string_view outgoing() const noexcept {
        return std::string_view{outgoing_}.substr(sent_);
    }
    void sent(std::size_t bytes) noexcept;

    [[nodiscard]] bool is_established() const noexcept;
    /// Memory held for incomplete input, for output, and for a handshake that has begun. OpenSSL's
    /// part is an estimate; the state of an idle connection is not included.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept;

private:
    struct Pipe;  // OpenSSL reads incoming_ and writes outgoing_ through it
    struct Free {
        void operator()(SSL* ssl) const noexcept;
    };

    std::unique_ptr<SSL, Free> ssl_;
    std::string incoming_;
    std::size_t taken_ = 0;  // bytes of incoming_
    std::string outgoing_;
    std::size_t sent_ = 0;  // bytes of outgoing_
    bool has_begun_ = false;
};

}  // namespace allot

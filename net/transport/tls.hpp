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

/// The certificate of the server, and those of the clients that it accepts: files in PEM.
struct TlsFiles {
    std::string certificate;  ///< the server's, and after it those up to its CA
    std::string key;          ///< of the certificate, not encrypted
    std::string client_ca;    ///< clients must show a certificate of this CA; empty: they need not
};

/// What all connections of a server have in common: TLS 1.2 or 1.3. Nothing is renegotiated, and
/// nothing resumed: every connection proves anew who it is. Of one thread, as its sessions are.
class TlsContext {
public:
    /// \throws std::runtime_error naming the file, and what is wrong with it.
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

    /// Bytes came from the client. \pre read() has given all that came before.
    void received(std::string_view bytes) {
        incoming_.append(bytes);
        has_begun_ = true;
    }
    /// What the client said, once the handshake is done; the handshake is made here, too.
    /// \return bytes put into `room`; 0: none, until more is received. `error` is eof when the
    /// client says no more, or an error of OpenSSL's; what is outgoing() then says why.
    std::size_t read(std::span<char> room, boost::system::error_code& error);
    /// Says all of it. \pre is_established()
    void write(std::string_view bytes, boost::system::error_code& error);
    /// Says that there will be no more.
    void close();

    /// Bytes for the client.
    [[nodiscard]] std::string_view outgoing() const noexcept {
        return std::string_view{outgoing_}.substr(sent_);
    }
    void sent(std::size_t bytes) noexcept;

    [[nodiscard]] bool is_established() const noexcept;
    /// Memory held for what came and is not complete, and for what is outgoing: OpenSSL's part by
    /// estimate, a handshake that has begun included, an idle connection's state not.
    [[nodiscard]] std::size_t buffer_bytes() const noexcept;

private:
    struct Pipe;  // where OpenSSL reads incoming_ and writes outgoing_
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

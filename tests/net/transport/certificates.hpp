#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "net/transport/tls.hpp"
#include "tests/scratch_directory.hpp"

namespace allot::test {

template <auto free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        free(object);
    }
};
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

/// A key, and a certificate signed by an authority: by default, self-signed.
struct Identity {
    explicit Identity(const std::string& name, const Identity* authority = nullptr)
        : key{EVP_EC_gen("P-256")}, certificate{X509_new()} {
        X509* const made = certificate.get();
        X509_NAME* const subject = X509_get_subject_name(made);
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        const Identity& issuer = authority != nullptr ? *authority : *this;
        X509_set_issuer_name(made, X509_get_subject_name(issuer.certificate.get()));
        X509_gmtime_adj(X509_getm_notBefore(made), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        X509_set_pubkey(made, key.get());
        if (X509_sign(made, issuer.key.get(), EVP_sha256()) == 0) {
            throw std::runtime_error{"no certificate"};
        }
    }

    Key key;
    Certificate certificate;
};

/// A server's and a client's identity, and the files that a server needs, removed by the
/// destructor.
class Certificates {
public:
    Certificates() {
        write_certificate("authority.pem", authority);
        write_certificate("server.pem", server);
        write_key("server.key", server);
    }

    [[nodiscard]] std::string operator/(const std::string& name) const { return directory_ / name; }
    void write_certificate(const std::string& name, const Identity& of) const {
        write(name, [&](std::FILE* file) { PEM_write_X509(file, of.certificate.get()); });
    }
    void write_key(const std::string& name, const Identity& of) const {
        write(name, [&](std::FILE* file) {
            PEM_write_PrivateKey(file, of.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    Identity authority{"authority"};
    Identity server{"server", &authority};
    Identity client{"client", &authority};
    Identity unrelated{"unrelated"};

private:
    template <class Write>
    void write(const std::string& name, Write what) const {
        std::FILE* const file = std::fopen((directory_ / name).c_str(), "w");
        if (file == nullptr) throw std::runtime_error{"cannot write " + name};
        what(file);
        std::fclose(file);
    }

    testing::ScratchDirectory directory_;
};

/// The set that all tests share.
inline const Certificates& certificates() {
    static const Certificates made;
    return made;
}

/// The files of the server in that set.
inline TlsFiles tls_files(const std::string& client_ca = {}) {
    return {certificates() / "server.pem", certificates() / "server.key", client_ca};
}

/// The client's side of one TLS connection, bytes in and out.
class TlsClient {
public:
    /// \param shows null: no certificate.
    explicit TlsClient(const Identity* shows = nullptr, int version_max = TLS1_3_VERSION)
        : context_{SSL_CTX_new(TLS_client_method())} {
        SSL_CTX_set_max_proto_version(context_.get(), version_max);
        SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");  // the oldest versions, too
        if (shows != nullptr) {
            SSL_CTX_use_certificate(context_.get(), shows->certificate.get());
            SSL_CTX_use_PrivateKey(context_.get(), shows->key.get());
        }
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(ssl_.get());
    }

    void received(std::string_view bytes) {
        BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string outgoing() {
        std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
        BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
        return bytes;
    }
    /// Everything that the server has sent so far; also makes the handshake.
    std::string read() {
        std::string all;
        char bytes[4096];
        std::size_t got = 0;
        while (SSL_read_ex(ssl_.get(), bytes, sizeof bytes, &got) == 1) all.append(bytes, got);
        error = SSL_get_error(ssl_.get(), 0);
        return all;
    }
    void write(std::string_view bytes) {
        std::size_t written = 0;
        SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    }
    [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }

    int error = SSL_ERROR_NONE;  ///< why read() ended

private:
    std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>> context_;
    std::unique_ptr<SSL, FreeWith<SSL_free>> ssl_;
};

}  // namespace allot::test

#include "net/core/password.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <boost/assert.hpp>
#include <stdexcept>

namespace allot {

Password::Password(std::string_view secret) {
    BOOST_ASSERT(!secret.empty() && secret.size() <= bytes_max);
    if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
        throw std::runtime_error{"the system has no random bytes"};
    }
    digest_ = digest_of(secret);
}

bool Password::matches(std::string_view candidate) const {
    const Digest digest = digest_of(candidate);
    return CRYPTO_memcmp(digest.data(), digest_.data(), digest.size()) == 0;
}

Password::Digest Password::digest_of(std::string_view bytes) const {
    Digest digest{};
    const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), data, bytes.size(),
             digest.data(), nullptr) == nullptr) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    return digest;
}

}  // namespace allot

#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace allot {

/// The password of clients. Only its HMAC-SHA-256 is kept, under a key drawn at random when the
/// program starts, so that neither memory nor timing reveals the password.
class Password {
public:
    static constexpr std::size_t bytes_max = 512;

    /// \pre 1..bytes_max bytes of any values.
    /// \throws std::runtime_error if the system has no random bytes.
    explicit Password(std::string_view secret);

    /// Takes as long for a right candidate as for a wrong one of the same length: digests of one
    /// size are compared, to their end.
    [[nodiscard]] bool matches(std::string_view candidate) const;

private:
    using Digest = std::array<unsigned char, 32>;

    [[nodiscard]] Digest digest_of(std::string_view bytes) const;

    Digest key_{};
    Digest digest_{};
};

}  // namespace allot

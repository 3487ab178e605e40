#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/fact.hpp"

namespace allot {

/// A collision-resistant digest of a request's method, target and body.
using Fingerprint = std::array<unsigned char, 32>;
[[nodiscard]] Fingerprint fingerprint_of(std::string_view method, std::string_view target,
                                         std::string_view body);

/// The first answers to requests with an Idempotency-Key; new ones replace the oldest. Used by one
/// thread; a restart empties it.
class IdempotencyCache {
public:
    struct Answer {
        Fingerprint request;
        unsigned status;
        std::string_view type;  ///< media type of the body; outlives the cache
        std::string header;     ///< further lines, each with its CRLF
        std::string body;
        Lsn lsn;  ///< fact that the answer waits for, whenever it is sent
    };

    /// \param bytes_max limit of all keys and answers together.
    explicit IdempotencyCache(std::size_t bytes_max) noexcept : bytes_max_{bytes_max} {}

    /// \return null if the key is unknown or was replaced. Valid until the next remember().
    [[nodiscard]] const Answer* find(std::string_view key) const;
    /// Adds an answer, and removes the oldest ones if necessary. \pre the key is unknown.
    void remember(std::string_view key, Answer answer);

    [[nodiscard]] std::size_t size() const noexcept { return by_age_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Entry {
        std::string key;
        Answer answer;
        [[nodiscard]] std::size_t bytes() const noexcept;
    };

    std::list<Entry> by_age_;
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

}  // namespace allot

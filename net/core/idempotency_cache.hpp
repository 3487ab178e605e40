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

/// What distinguishes one request from another: a digest of its method, target and body, for which
/// finding two equal ones is not feasible.
using Fingerprint = std::array<unsigned char, 32>;
[[nodiscard]] Fingerprint fingerprint_of(std::string_view method, std::string_view target,
                                         std::string_view body);

/// The first answers to requests with an Idempotency-Key, until newer ones take their room. Of one
/// thread; a restart forgets them.
class IdempotencyCache {
public:
    struct Answer {
        Fingerprint request;
        unsigned status;
        std::string_view type;  ///< of the body; outlives the cache
        std::string header;     ///< lines more, each with its CRLF
        std::string body;
        Lsn lsn;  ///< what the answer waits for, whenever it is given
    };

    /// \param bytes_max what keys and answers may take, all together.
    explicit IdempotencyCache(std::size_t bytes_max) noexcept : bytes_max_{bytes_max} {}

    /// \return null when the key is not known, any more. Valid until the next remember().
    [[nodiscard]] const Answer* find(std::string_view key) const;
    /// The oldest make room. \pre the key is not known.
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

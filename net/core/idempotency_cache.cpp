#include "net/core/idempotency_cache.hpp"

#include <openssl/evp.h>

#include <boost/assert.hpp>
#include <stdexcept>
#include <utility>

namespace allot {

Fingerprint fingerprint_of(std::string_view method, std::string_view target,
                           std::string_view body) {
    // Neither a method nor a target has a space in it.
    std::string all;
    all.reserve(method.size() + target.size() + body.size() + 2);
    all.append(method).append(" ").append(target).append(" ").append(body);
    Fingerprint digest{};
    if (EVP_Digest(all.data(), all.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 is not available"};
    }
    return digest;
}

const IdempotencyCache::Answer* IdempotencyCache::find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->answer;
}

void IdempotencyCache::remember(std::string_view key, Answer answer) {
    BOOST_ASSERT(find(key) == nullptr);
    by_age_.push_back({std::string{key}, std::move(answer)});
    by_age_.back().answer.body.shrink_to_fit();
    by_key_.emplace(by_age_.back().key, std::prev(by_age_.end()));
    bytes_ += by_age_.back().bytes();
    while (bytes_ > bytes_max_) {
        bytes_ -= by_age_.front().bytes();
        by_key_.erase(by_age_.front().key);
        by_age_.pop_front();
    }
}

/// Returns the approximate memory of an answer, in the list and the table.
std::size_t IdempotencyCache::Entry::bytes() const noexcept {
    constexpr std::size_t nodes = 8 * sizeof(void*);
    return sizeof(Entry) + nodes + key.capacity() + answer.body.capacity();
}

}  // namespace allot

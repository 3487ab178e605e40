#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "engine/repository.hpp"
#include "engine/state_hash.hpp"

namespace allot::testing {

/// The hash of a store's state after each of its units of work. A recovered state has to be one of
/// them. Thread-safe.
class History {
public:
    /// Called with the store's mutex locked, that is, before any part of the unit can be written.
    void happened(Lsn last, std::uint64_t hash) {
        const std::scoped_lock lock{mutex_};
        hashes_[last] = hash;
        // A state may occur twice: an observer may have seen the first occurrence.
        first_seen_.try_emplace(hash, last);
    }

    /// Removes the units after this LSN, which were lost.
    void forget_after(Lsn last) {
        const std::scoped_lock lock{mutex_};
        hashes_.erase(hashes_.upper_bound(last), hashes_.end());
        std::erase_if(first_seen_, [&](const auto& seen) { return seen.second > last; });
    }

    /// The lowest LSN that must be durable because an observer saw a state of this hash.
    [[nodiscard]] Lsn seen(std::uint64_t hash) const {
        const std::scoped_lock lock{mutex_};
        const auto found = first_seen_.find(hash);
        return found == first_seen_.end() ? 0 : found->second;
    }

    /// \param floor the last LSN that was acknowledged or seen.
    /// \return what is wrong with a recovered state; empty when it is right.
    [[nodiscard]] std::string judge(Lsn last, std::uint64_t hash, Lsn floor = 0) const {
        const std::scoped_lock lock{mutex_};
        if (last < floor) {
            return "recovered to LSN " + std::to_string(last) + ", LSN " + std::to_string(floor) +
                   " was acknowledged";
        }
        const auto unit = hashes_.find(last);
        if (unit == hashes_.end()) return "half a unit: LSN " + std::to_string(last);
        if (unit->second != hash) return "another state at LSN " + std::to_string(last);
        return {};
    }

    [[nodiscard]] bool has(Lsn last) const {
        const std::scoped_lock lock{mutex_};
        return hashes_.contains(last);
    }

private:
    static std::uint64_t hash_of_nothing() {
        Repository nothing{1};
        return state_hash(nothing);
    }

    mutable std::mutex mutex_;
    std::map<Lsn, std::uint64_t> hashes_{{0, hash_of_nothing()}};
    std::map<std::uint64_t, Lsn> first_seen_;
};

}  // namespace allot::testing

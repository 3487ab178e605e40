#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "engine/repository.hpp"
#include "engine/state_hash.hpp"

namespace allot::testing {

/// What a store has done: the state's hash after each of its units of work. Held against a state
/// that was recovered, which has to be one of them. Thread-safe.
class History {
public:
    /// Called with the store's mutex locked, so before anything of the unit can be written.
    void happened(Lsn last, std::uint64_t hash) {
        const std::scoped_lock lock{mutex_};
        hashes_[last] = hash;
        // A state that was there before is seen again: who sees it may have seen the first.
        first_seen_.try_emplace(hash, last);
    }

    /// What came after this LSN was lost, and never happened.
    void forget_after(Lsn last) {
        const std::scoped_lock lock{mutex_};
        hashes_.erase(hashes_.upper_bound(last), hashes_.end());
        std::erase_if(first_seen_, [&](const auto& seen) { return seen.second > last; });
    }

    /// The least LSN whose durability explains that an observer saw a state of this hash.
    [[nodiscard]] Lsn seen(std::uint64_t hash) const {
        const std::scoped_lock lock{mutex_};
        const auto found = first_seen_.find(hash);
        return found == first_seen_.end() ? 0 : found->second;
    }

    /// \param floor the last LSN that was acknowledged or seen.
    /// \return what is wrong with a state that was recovered, or nothing.
    [[nodiscard]] std::string judge(Lsn last, std::uint64_t hash, Lsn floor) const {
        const std::scoped_lock lock{mutex_};
        if (last < floor) {
            return "recovered to LSN " + std::to_string(last) + ", LSN " + std::to_string(floor) +
                   " was told of";
        }
        const auto unit = hashes_.find(last);
        if (unit == hashes_.end()) return "half a unit: LSN " + std::to_string(last);
        if (unit->second != hash) return "another state at LSN " + std::to_string(last);
        return {};
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

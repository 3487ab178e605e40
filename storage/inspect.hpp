#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/message_bus.hpp"
#include "storage/corrupt_store.hpp"

namespace allot {

/// What a look at a closed store found.
struct CheckReport {
    bool ok = true;
    std::vector<std::string> findings;  ///< a sentence each: what is wrong, or worth knowing
    Lsn last = 0;
    std::uint64_t replayed = 0;  ///< facts, after the newest snapshot
    std::uint64_t products = 0;
    std::uint64_t batches = 0;
    std::uint64_t lines = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t state_hash = 0;
};

/// True when a store was ever opened in the directory.
[[nodiscard]] bool holds_store(const std::filesystem::path& directory);

/// Reads all of a store, and changes nothing: every checksum of journal and snapshots, every
/// invariant of the state, and whether each snapshot and the journal after it give the same state.
/// \throws std::system_error when the directory can't be read, or a process has the store open.
[[nodiscard]] CheckReport check_store(const std::filesystem::path& directory);

/// Gives the facts from LSN `from` on, as far as the journal goes back, in order. A store may have
/// it open, and write to it.
/// \throws CorruptStore where the journal is damaged, after giving all before that;
/// std::system_error when it can't be read.
void read_journal(const std::filesystem::path& directory, Lsn from,
                  const std::function<void(const CommittedFact&)>& use);

}  // namespace allot

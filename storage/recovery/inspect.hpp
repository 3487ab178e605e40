#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/histories.hpp"
#include "engine/message_bus.hpp"
#include "storage/errors.hpp"
#include "storage/io/file_system.hpp"
#include "storage/options.hpp"

namespace allot {

/// The findings of a check.
struct CheckReport {
    bool ok = true;
    std::vector<std::string> findings;  ///< a sentence for each error or remark
    std::optional<CorruptStore>
        damage;  ///< found by recovery, which then gives no state and none of the following
    Lsn last = 0;
    std::uint64_t replayed = 0;  ///< facts, after the newest snapshot
    std::uint64_t products = 0;
    std::uint64_t batches = 0;
    std::uint64_t lines = 0;
    std::uint64_t shortages = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t state_hash = 0;
    Histories histories = {};
};

/// True when a store was ever opened in the directory.
[[nodiscard]] bool holds_store(const std::filesystem::path& directory);

/// Reads all of a store's files, and changes nothing. Checks every checksum of journal and
/// snapshots, every invariant of the state, that each snapshot with the journal after it gives the
/// same state, the positions of event sinks, and that a backup reaches as far as its manifest says.
/// \pre the files do not change meanwhile. \throws std::system_error when they cannot be read.
[[nodiscard]] CheckReport check_files(FileSystem& files, const std::filesystem::path& directory,
                                      const std::function<void(const Progress&)>& progress = {});

/// Checks a closed store as check_files() does; no process can open it meanwhile.
/// \throws StoreInUse when a process has the store open; std::system_error.
[[nodiscard]] CheckReport check_store(const std::filesystem::path& directory,
                                      const std::function<void(const Progress&)>& progress = {});

/// Checks the image that take_image() takes of a store that a process may have open, as
/// check_files() does. It needs as much memory as the store itself.
[[nodiscard]] CheckReport check_live_store(
    const std::filesystem::path& directory,
    const std::function<void(const Progress&)>& progress = {});

/// Passes the facts from LSN `from` on to the caller, as far as the journal goes back, in order. A
/// process may have the store open, and write to it. \throws CorruptStore when the journal is
/// damaged, after passing on all facts before the damage; std::system_error when it cannot be read.
void read_journal(const std::filesystem::path& directory, Lsn from,
                  const std::function<void(const CommittedFact&)>& use);

}  // namespace allot

#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/state_hash.hpp"
#include "storage/recovery/recovery.hpp"
#include "storage/store.hpp"
#include "tests/dst/disk/random_commands.hpp"
#include "tests/storage/scratch.hpp"

namespace allot::testing {

/// The hash of the state that a restart recovers from a directory.
inline std::uint64_t hash_of(FileSystem& files, const std::filesystem::path& directory) {
    return state_hash(*recover(files, directory, {}).repository);
}

/// Executes a random unit of work, and notes the state after it before any part of it can be
/// written. \return its LSN.
inline Lsn execute_random_unit(Store& store, Random& random, History& history) {
    const std::scoped_lock lock{store.mutex()};
    return RandomCommands{random, 4}.command(store.bus(), history);
}

}  // namespace allot::testing

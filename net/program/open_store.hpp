#pragma once

#include <filesystem>

#include "net/program/console.hpp"
#include "net/program/logger.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// Opens a store, shows how far recovery has come, and logs what recovery had to cope with.
/// \param log outlives the store.
/// \throws as Store::open()
[[nodiscard]] Store open_store(const std::filesystem::path& directory, StoreOptions options,
                               Console& console, Logger& log);

/// \throws std::system_error when no store was ever opened in the directory.
void require_store(const std::filesystem::path& directory);

/// For a command that only reads: as open_store(), but makes no new store.
[[nodiscard]] Store open_existing_store(const std::filesystem::path& directory,
                                        StoreOptions options, Console& console, Logger& log);

}  // namespace allot::program

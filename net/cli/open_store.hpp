#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "net/cli/io/console.hpp"
#include "net/cli/io/logger.hpp"
#include "net/cli/settings/settings.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// Opens a store, shows how far recovery has come, and logs what recovery had to cope with.
/// \param options whose `progress` receives it, too.
/// \param log outlives the store.
/// \throws as bootstrap()
[[nodiscard]] Store open_store(const std::filesystem::path& directory, StoreOptions options,
                               Console& console, Logger& log, std::vector<EventSink> sinks = {});

/// The directory that a command is about: its operand, or else --data.
[[nodiscard]] std::string store_directory(const Settings& settings);

/// The directory that --data names.
[[nodiscard]] std::string data_directory(const Settings& settings);

/// \throws std::runtime_error when no store was ever opened in the directory.
void require_store(const std::filesystem::path& directory);

/// For a command that only reads: as open_store(), but makes no new store.
[[nodiscard]] Store open_existing_store(const std::filesystem::path& directory,
                                        StoreOptions options, Console& console, Logger& log);

}  // namespace allot::program

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "net/cli/io/console.hpp"
#include "net/cli/io/logger.hpp"
#include "net/cli/settings/settings.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// Opens a store, shows the progress of recovery, and logs the problems that recovery found.
/// \param options their `progress` is called, too.
/// \param log outlives the store.
/// \throws what bootstrap() throws
[[nodiscard]] Store open_store(const std::filesystem::path& directory, StoreOptions options,
                               Console& console, Logger& log, std::vector<EventSink> sinks = {});

/// Returns the store directory of a command: its operand, or else --data.
[[nodiscard]] std::string store_directory(const Settings& settings);

/// Returns the directory that --data names.
[[nodiscard]] std::string data_directory(const Settings& settings);

/// \throws std::runtime_error when no store was ever opened in the directory.
void require_store(const std::filesystem::path& directory);

/// Opens a store for a command that only reads. Makes no new store.
[[nodiscard]] Store open_existing_store(const std::filesystem::path& directory,
                                        StoreOptions options, Console& console, Logger& log);

}  // namespace allot::program

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace allot::program {

/// The process that holds a lock on a store's directory, as /proc/locks names it.
/// \return none if it is unknown: the process runs in another container, or on another machine, or
/// the file system numbers its files otherwise than /proc.
[[nodiscard]] std::optional<pid_t> lock_holder(const std::filesystem::path& directory);

}  // namespace allot::program

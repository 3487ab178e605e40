#pragma once

#include <cstddef>

#include "net/cli/io/logger.hpp"

namespace allot::program {

/// Raises the process's limit of open files so that `clients` fit beside the store's own files,
/// and the connections to `notified` receivers of notifications.
/// \return the number of clients that fit; fewer than `clients` after a warning.
[[nodiscard]] std::size_t descriptors_for(std::size_t clients, std::size_t notified, Logger& log);

}  // namespace allot::program

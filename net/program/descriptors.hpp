#pragma once

#include <cstddef>

#include "net/program/logger.hpp"

namespace allot::program {

/// Raises the process's limit of open files so that `clients` fit beside the store's own files.
/// \return how many clients fit; fewer than asked for after a warning.
[[nodiscard]] std::size_t descriptors_for(std::size_t clients, Logger& log);

}  // namespace allot::program

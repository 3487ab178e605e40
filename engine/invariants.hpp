#pragma once

#include <string>
#include <vector>

#include "engine/repository.hpp"

namespace allot {

/// Checks the whole state: for every batch, available = purchased less all lines that it holds
/// (R3); batches in order of preference; every line found by its order, and allocated once; no line
/// that is short allocated (R14).
/// \return a sentence for each violation; empty when there is none.
[[nodiscard]] std::vector<std::string> violations(Repository& repository);

}  // namespace allot

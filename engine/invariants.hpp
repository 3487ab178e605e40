#pragma once

#include <string>
#include <vector>

#include "engine/repository.hpp"

namespace allot {

/// Checks the whole state: for every batch, available = purchased less its allocated lines (R3);
/// batches are in order of preference; every line is found by its order, and is allocated once; no
/// line is both allocated and short (R14).
/// \return a sentence for each violation; empty when there is none.
[[nodiscard]] std::vector<std::string> violations(Repository& repository);

}  // namespace allot

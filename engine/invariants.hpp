#pragma once

#include <string>
#include <vector>

#include "engine/ports.hpp"

namespace allot {

/// Holds the whole state against what must always be true of it: for every batch, available =
/// purchased less all lines that it holds (R3); batches in order of preference; every line found
/// by its order, and allocated once; no line that is short allocated (R14).
/// \return a sentence for each violation, none when all is well.
[[nodiscard]] std::vector<std::string> violations(Repository& repository);

}  // namespace allot

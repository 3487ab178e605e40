#pragma once

#include <cstdint>

#include "engine/repository.hpp"

namespace allot {

/// A hash (XXH3-64) of every product, batch, allocated line and shortage, with their versions,
/// ranks and order of allocation. Equal for equal states, however they came about and whatever the
/// hash seed of their ledger; the order in which products were added counts, as it does for a
/// decision's ties.
[[nodiscard]] std::uint64_t state_hash(Repository& repository);
/// The same without the shortages.
[[nodiscard]] std::uint64_t stock_hash(Repository& repository);

}  // namespace allot

#pragma once

#include <cstdint>

#include "engine/repository.hpp"

namespace allot {

/// A hash (XXH3-64) of every product, batch, allocated line and shortage, with their versions,
/// ranks and order of allocation. Equal for equal states, independent of how they came about and of
/// the ledger's hash seed. The order in which products were added counts.
[[nodiscard]] std::uint64_t state_hash(Repository& repository);
/// The hash without the shortages.
[[nodiscard]] std::uint64_t stock_hash(Repository& repository);

}  // namespace allot

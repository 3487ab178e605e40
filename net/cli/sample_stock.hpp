#pragma once

#include "storage/store.hpp"

namespace allot::program {

/// Adds a few sample batches to an empty store: some in the warehouse, some arriving.
/// \return false if the store is not empty; it then stays unchanged.
bool add_sample_stock(Store& store);

}  // namespace allot::program

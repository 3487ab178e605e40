#pragma once

#include "storage/store.hpp"

namespace allot::program {

/// Gives an empty store a few batches to try things with: some in the warehouse, some arriving.
/// \return false when the store was not empty, and stays as it is.
bool add_sample_stock(Store& store);

}  // namespace allot::program

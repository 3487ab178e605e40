#pragma once

#include <string>

#include "engine/ports.hpp"

namespace allot::program {

/// A stock as CSV. Importing both into an empty store gives the same batches, in the same order of
/// preference, with the same lines on them in the same order of allocation. What is short (R14) is
/// not in them.
struct ExportedFiles {
    std::string batches;
    std::string allocations;
};

[[nodiscard]] ExportedFiles export_stock(Repository& repository);

}  // namespace allot::program

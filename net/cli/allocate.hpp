#pragma once

#include <filesystem>

#include "net/cli/io/console.hpp"

namespace allot::program {

/// Allocates the order lines of a directory of CSV files, each by itself and in file order: reads
/// `batches.csv`, `orders.csv` and, if there, `allocations.csv`, and writes `allocations.csv`: the
/// rows that were there, then the new ones. A line that no batch can take is counted, not written.
/// \param verbose names each such line.
/// \throws BadInput when a row breaks a rule; std::system_error when a file cannot be read or
/// written. Nothing is written then.
void allocate_directory(const std::filesystem::path& directory, bool verbose, Console& console);

}  // namespace allot::program

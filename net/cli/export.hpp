#pragma once

#include "engine/repository.hpp"
#include "net/cli/csv/stock_rows.hpp"

namespace allot::program {

[[nodiscard]] ExportedFiles export_stock(Repository& repository);

}  // namespace allot::program

#pragma once

#include <vector>

#include "net/backend.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// What INFO tells of the storage.
[[nodiscard]] std::vector<InfoSection> store_info(const StoreStatus& status);

/// What a monitor is told of it.
[[nodiscard]] StorageFigures storage_figures(const StoreStatus& status,
                                             const std::vector<HandlerStatus>& handlers);

}  // namespace allot::program

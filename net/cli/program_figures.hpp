#pragma once

#include <cstdint>
#include <vector>

#include "net/core/figures.hpp"
#include "storage/store.hpp"

namespace allot::program {

/// Adds the figures that the storage alone knows.
void add_store_figures(Figures& to, const StoreStatus& status);

/// Bytes of an event sink's last error that are shown.
inline constexpr std::size_t sink_error_bytes_max = 200;
void add_sink_figures(Figures& to, const std::vector<SinkStatus>& sinks);

/// Adds the number of dropped lines of the program's log.
void add_log_figures(Figures& to, std::uint64_t lines_lost);

}  // namespace allot::program

#pragma once

#include <string>
#include <string_view>

#include "net/core/figures.hpp"

namespace allot::http {

/// The text format of Prometheus.
inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// What /metrics answers. The figures of one metric are its series, and stand together; the first
/// of them has its help.
[[nodiscard]] std::string metric_page(const Figures& figures);

}  // namespace allot::http

#pragma once

#include <string>
#include <string_view>

#include "net/core/figures.hpp"

namespace allot::http {

/// The text format of Prometheus.
inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

/// Returns the body of /metrics. Figures of one metric are its series, and are grouped under the
/// help of the first.
[[nodiscard]] std::string metric_page(const Figures& figures);

}  // namespace allot::http

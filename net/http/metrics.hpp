#pragma once

#include <string>

#include "net/hub.hpp"

namespace allot::http {

/// What /metrics answers: figures as they are now, whether durable or not. Takes the backend's
/// turn.
[[nodiscard]] std::string metrics_text(const Hub& hub);

}  // namespace allot::http

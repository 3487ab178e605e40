#pragma once

#include "net/core/figures.hpp"
#include "net/text/json_text.hpp"

namespace allot {

/// Writes the body of /v1/info: `{"stock":{"products":3,…},"sinks":[{"sink":"mail","lsn":7,…}],…}`.
/// A section of rows is an array, in which each row has its label, too. All keys are snake_case.
void write_figures(JsonWriter& json, const Figures& figures);

}  // namespace allot

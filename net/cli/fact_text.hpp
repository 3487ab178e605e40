#pragma once

#include <string>

#include "engine/message_bus.hpp"

namespace allot::program {

/// Returns one line without its end: `12 2026-01-31T23:59:59.123Z line_allocated order=o-1 sku=…`.
/// The ETA of a batch in the warehouse is `warehouse`.
[[nodiscard]] std::string fact_as_text(const CommittedFact& fact);

/// Returns one JSON object, without a line end: `{"lsn":12,"time":"…","fact":"line_allocated",
/// "order":"o-1",…}`. The ETA of a batch in the warehouse is null.
[[nodiscard]] std::string fact_as_json(const CommittedFact& fact);

}  // namespace allot::program

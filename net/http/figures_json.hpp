#pragma once

#include <string>

#include "net/core/figures.hpp"

namespace allot::http {

/// What /v1/info answers: `{"stock":{"products":3,…},"handlers":[{"handler":"mail","lsn":7,…}],…}`.
/// A section of rows is an array, in which each row has its label, too. All keys are snake_case.
void append_figures(std::string& out, const Figures& figures);

}  // namespace allot::http

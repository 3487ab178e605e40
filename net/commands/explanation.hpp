#pragma once

#include <cstddef>
#include <string_view>

#include "engine/services.hpp"

namespace allot {

/// What EXPLAIN says of a candidate.
[[nodiscard]] std::string_view words_of(Verdict verdict) noexcept;

/// Batches that a plan for the order has to look at.
[[nodiscard]] std::size_t candidates_of(const AllocateOrder& order, Repository& repository);

}  // namespace allot

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/services.hpp"
#include "tests/dst/server/reply_model.hpp"
#include "tests/dst/server/rng.hpp"

namespace allot::testing {

/// Stands for a cursor that the feed has told.
inline constexpr std::string_view any_cursor = "?";

/// A random command, of a kind that meets every rule soon; or a transaction, from MULTI to its end.
[[nodiscard]] std::vector<Words> draw_commands(Rng& rng);
/// As a client sends it.
[[nodiscard]] std::string written(const Asked& asked, Rng& rng);
[[nodiscard]] std::string text_of(const Words& words);

/// All stock and every line, in words that are equal for equal states.
[[nodiscard]] std::string describe(Repository& repository);
[[nodiscard]] std::string describe(NaiveModel& model);

}  // namespace allot::testing

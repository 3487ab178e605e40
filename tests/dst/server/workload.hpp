#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/services.hpp"
#include "tests/dst/server/reply_model.hpp"
#include "tests/dst/server/rng.hpp"

namespace allot::testing {

/// A placeholder for a cursor from an earlier reply of the feed.
inline constexpr std::string_view any_cursor = "?";

/// A random command, such that every rule is soon exercised; or a transaction, from MULTI to its
/// end.
[[nodiscard]] std::vector<Words> draw_commands(Rng& rng);
/// The bytes that a client sends.
[[nodiscard]] std::string written(const Asked& asked, Rng& rng);
[[nodiscard]] std::string text_of(const Words& words);

/// All stock and every line, as a text that is equal for equal states.
[[nodiscard]] std::string describe(Repository& repository);
[[nodiscard]] std::string describe(NaiveModel& model);

}  // namespace allot::testing

#pragma once

#include <string_view>

namespace allot {

/// Whether the text has the form of a pattern as Redis has them: `*` any bytes, `?` one, `[a-c]`
/// one of these, `[^a-c]` none of these, and a backslash before a byte that means itself. Takes at
/// most as many steps as the product of both lengths.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace allot

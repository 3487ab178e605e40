#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/core/figures.hpp"

namespace allot {

/// What INFO answers: of the sections asked for (upper or lower case; none or `default`: all but
/// those that have to be named; `all` or `everything`: every one) `# Name`, lines of `key:value`,
/// and an empty line between two sections, with CRLF.
[[nodiscard]] std::string info_text(const Figures& figures,
                                    std::span<const std::string_view> wanted);

}  // namespace allot

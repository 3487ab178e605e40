#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/core/figures.hpp"

namespace allot {

/// Returns the reply to INFO: `# Name` and lines of `key:value` for each requested section, with an
/// empty line between two sections, and CRLF. Sections are in upper or lower case; none or
/// `default`: the default sections; `all` or `everything`: all sections.
[[nodiscard]] std::string info_text(const Figures& figures,
                                    std::span<const std::string_view> wanted);

}  // namespace allot

#pragma once

#include <string>

namespace allot::docs {

/// docs/cli.md: every command of the program with its options, in Markdown. Lines end with LF.
[[nodiscard]] std::string cli_page();

}  // namespace allot::docs

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace allot::program {

struct IniEntry {
    std::string key;
    std::string value;
    std::uint32_t line;  ///< from 1
};

/// Reads a configuration file: lines of `key = value`. White space around both is dropped, lines
/// that begin with `#` or `;` are comments; there are no sections, and no comments after a value.
/// (Boost.Program_options reads such files too, but forgets the line numbers.)
/// \throws UsageError naming file and line.
[[nodiscard]] std::vector<IniEntry> read_ini(std::string_view file, std::string_view text);

/// True for a value that read_ini() returns unchanged: one line, without white space at its ends.
[[nodiscard]] bool is_ini_value(std::string_view value);

}  // namespace allot::program

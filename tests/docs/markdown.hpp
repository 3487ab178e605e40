#pragma once

#include <string>
#include <string_view>

namespace allot::docs {

/// The text of a cell of a table: `|` would end it, and so would a newline.
inline std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped.push_back('\\');
        escaped.push_back(c == '\n' ? ' ' : c);
    }
    return escaped;
}

}  // namespace allot::docs

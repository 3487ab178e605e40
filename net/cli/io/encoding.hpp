#pragma once

#include <string_view>

namespace allot::program {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // U+FEFF in UTF-8

/// True for UTF-16 or UTF-32: the text begins with one of their byte order marks, or has a zero
/// byte, as their ASCII characters have and UTF-8 text never has.
[[nodiscard]] constexpr bool is_wide_text(std::string_view text) noexcept {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           text.find('\0') != std::string_view::npos;
}

}  // namespace allot::program

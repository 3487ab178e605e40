#pragma once

#include <string_view>

namespace allot::program {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // U+FEFF in UTF-8

/// True for a text that is UTF-16 or UTF-32: it begins with one of their byte order marks, or holds
/// a zero byte, as these have for each character of ASCII and no text in UTF-8 has.
[[nodiscard]] constexpr bool is_wide_text(std::string_view text) noexcept {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           text.find('\0') != std::string_view::npos;
}

}  // namespace allot::program

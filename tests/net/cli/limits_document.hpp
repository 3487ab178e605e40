#pragma once

// docs/limits.md, and numbers as it writes them.

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "net/limits.hpp"
#include "tests/source_path.hpp"

namespace allot::testing {

inline std::string text_of(const char* path) {
    std::ifstream file{source_path(path)};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// `65,536`
inline std::string count_text(std::integral auto number) {
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

/// `64 KiB`
inline std::string size_text(std::uint64_t bytes) {
    std::uint64_t number = bytes / kibibyte;
    std::size_t unit = 0;
    for (; number % kibibyte == 0 && unit < 2; ++unit) number /= kibibyte;
    return count_text(number) + std::array{" KiB", " MiB", " GiB"}.at(unit);
}

/// `20 ms`, `0.5 s`, `30 s`
inline std::string time_text(std::chrono::milliseconds time) {
    if (time.count() < 100) return count_text(time.count()) + " ms";
    const auto tenths = time.count() / 100 % 10;
    return count_text(time.count() / 1000) + (tenths == 0 ? "" : "." + std::to_string(tenths)) +
           " s";
}

/// `2^32` for the number, or for the next one.
inline std::string power(std::uint64_t number) {
    return "2^" + std::to_string(std::bit_width(number) - (std::has_single_bit(number) ? 1 : 0));
}

/// `64KiB`, `10000` and `10s` as the document writes them.
inline std::string spaced(std::string_view value) {
    const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
    const std::string unit{value.substr(digits)};
    return count_text(std::stoull(std::string{value.substr(0, digits)})) +
           (unit.empty() ? "" : " " + unit);
}

inline const std::string limits_document = text_of("docs/limits.md");

/// The row of the table that has the text; empty: there is none, or there are several.
inline std::string row_with(std::string_view text) {
    const std::size_t at = limits_document.find(text);
    if (at == std::string::npos || limits_document.find(text, at + 1) != std::string::npos)
        return {};
    const std::size_t begin = limits_document.rfind('\n', at) + 1;
    return limits_document.substr(begin, limits_document.find('\n', at) - begin);
}

/// The beginning of the words in the row, and not of a longer number; npos: it has not got them.
inline std::size_t find_words(const std::string& row, const std::string& words) {
    const auto is_digit = [&](std::size_t i) { return row[i] >= '0' && row[i] <= '9'; };
    for (std::size_t at = row.find(" " + words); at != std::string::npos;
         at = row.find(" " + words, at + 1)) {
        const std::size_t end = at + 1 + words.size();
        if (!is_digit(end) && (row[end] != ',' || !is_digit(end + 1))) return at + 1;
    }
    return std::string::npos;
}

/// The rows of all tables, without their heads.
inline std::vector<std::string> table_rows() {
    std::vector<std::string> rows;
    std::istringstream lines{limits_document};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| ") && !line.starts_with("| what |")) rows.push_back(line);
    }
    return rows;
}

}  // namespace allot::testing

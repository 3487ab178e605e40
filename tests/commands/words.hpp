#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace allot::testing {

/// A command as a client sends it.
using Words = std::vector<std::string>;

/// As it is typed in a line: in quotes where it has to be.
inline std::string typed(const std::string& word) {
    const auto is_special = [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
    };
    const auto is_plain = [&](char c) { return !is_special(c) && c != ' ' && c != '\''; };
    // A line that begins with a star announces arguments, as a client library sends them.
    const bool is_bare = !word.empty() && !word.starts_with('*');
    if (is_bare && std::ranges::all_of(word, is_plain)) return word;
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text{'"'};
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_special(c)) {
            text += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
        } else {
            text += c;
        }
    }
    return text + '"';
}
inline std::string text_of(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + typed(word);
    return text;
}

/// As a client library sends it.
inline std::string framed(const Words& words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) {
        bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
}

}  // namespace allot::testing

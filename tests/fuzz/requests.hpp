#pragma once

#include <string>
#include <vector>

namespace allot::fuzz {

/// The bytes that a client library sends.
inline std::string framed(const std::vector<std::string>& request) {
    std::string bytes = "*" + std::to_string(request.size()) + "\r\n";
    for (const std::string& word : request) {
        bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return bytes;
}

/// An inline command with each byte as \xHH.
inline std::string typed(const std::vector<std::string>& request) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string line;
    for (const std::string& word : request) {
        line += line.empty() ? "\"" : " \"";
        for (const char c : word) {
            const auto byte = static_cast<unsigned char>(c);
            line += "\\x";
            line += digits[byte >> 4U];
            line += digits[byte & 15U];
        }
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace allot::fuzz

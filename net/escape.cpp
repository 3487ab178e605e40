#include "net/escape.hpp"

#include <algorithm>

namespace allot {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

constexpr bool is_plain(char c) noexcept { return c >= ' ' && c <= '~' && c != '\\' && c != '\''; }

void append_hex(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    const char text[] = {'\\', 'x', hex_digits[byte >> 4U], hex_digits[byte & 15U]};
    out.append(text, sizeof text);
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes, std::size_t most) {
    for (const char c : bytes.substr(0, most)) {
        if (is_plain(c)) {
            out.push_back(c);
        } else {
            append_hex(out, c);
        }
    }
    if (bytes.size() > most) out.append("...");
}

void append_quoted(std::string& out, Quoted quoted) {
    out.push_back('\'');
    append_escaped(out, quoted.bytes, echoed_bytes_max);
    out.push_back('\'');
}

std::string in_quotes(std::string_view bytes) {
    std::string text;
    append_quoted(text, {bytes});
    return text;
}

void append_text(std::string& out, std::string_view text) {
    if (std::none_of(text.begin(), text.end(), is_control)) {
        out.append(text);
        return;
    }
    for (const char c : text) {
        if (is_control(c)) {
            append_hex(out, c);
        } else {
            out.push_back(c);
        }
    }
}

}  // namespace allot

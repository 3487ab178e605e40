#include "net/text/escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "engine/name.hpp"

namespace allot {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr bool is_printable(char c) noexcept { return c >= ' ' && c <= '~'; }
constexpr bool is_plain(char c) noexcept { return is_printable(c) && c != '\\' && c != '\''; }
constexpr bool is_bare(char c) noexcept {
    return c > ' ' && c <= '~' && c != '\\' && c != '\'' && c != '"';
}

void append_hex(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    const char text[] = {'\\', 'x', hex_digits[byte >> 4U], hex_digits[byte & 15U]};
    out.append(text, sizeof text);
}

/// The next code point of a text, or a byte that belongs to none.
struct Piece {
    std::string_view bytes;
    std::int32_t point;  ///< -1: there is none

    [[nodiscard]] bool is_visible() const noexcept {
        return point >= 0 && !detail::is_invisible_point(point);
    }
};

/// Takes one off the front of `rest`, which is not empty.
Piece take_piece(std::string_view& rest) noexcept {
    const std::string_view before = rest;
    const std::int32_t point = detail::take_code_point(rest);
    if (point < 0) rest.remove_prefix(1);
    return {before.substr(0, before.size() - rest.size()), point};
}

void append_piece(std::string& out, const Piece& piece) {
    if (piece.is_visible()) {
        out.append(piece.bytes);
    } else {
        for (const char c : piece.bytes) append_hex(out, c);
    }
}

void append_point(std::string& to, std::int32_t point) {
    switch (point) {
        case '\n':
            to += "\\n";
            return;
        case '\r':
            to += "\\r";
            return;
        case '\t':
            to += "\\t";
            return;
        default:
            break;
    }
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), point, 16).ptr;
    to += "\\u{";
    to.append(digits.data(), end);
    to += '}';
}

std::string escaped_up_to(std::string_view text, std::size_t characters_max) {
    std::string safe;
    for (std::size_t characters = 0; !text.empty(); ++characters) {
        if (characters == characters_max) return safe + "…";
        const Piece piece = take_piece(text);
        if (piece.point < 0) {
            append_hex(safe, piece.bytes.front());
        } else if (!piece.is_visible()) {
            append_point(safe, piece.point);
        } else {
            if (piece.point == '\\' || piece.point == '"') safe += '\\';
            safe += piece.bytes;
        }
    }
    return safe;
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
    if (std::ranges::all_of(text, is_printable)) {
        out.append(text);
        return;
    }
    while (!text.empty()) append_piece(out, take_piece(text));
}

void append_word(std::string& out, std::string_view name) {
    bool bare = !name.empty();
    for (std::string_view rest = name; bare && !rest.empty();) {
        const Piece piece = take_piece(rest);
        bare = piece.point < 0x80 ? is_bare(piece.bytes.front()) : piece.is_visible();
    }
    if (bare) {
        out.append(name);
        return;
    }
    out.push_back('"');
    while (!name.empty()) {
        const Piece piece = take_piece(name);
        if (piece.point == '"' || piece.point == '\\') out.push_back('\\');
        append_piece(out, piece);
    }
    out.push_back('"');
}

std::string as_word(std::string_view name) {
    std::string text;
    append_word(text, name);
    return text;
}

std::string escaped(std::string_view text) {
    return escaped_up_to(text, std::numeric_limits<std::size_t>::max());
}

std::string escaped_short(std::string_view text) { return escaped_up_to(text, 64); }

}  // namespace allot

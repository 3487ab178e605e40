#include "net/program/escape.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "engine/name.hpp"

namespace allot::program {
namespace {

void append_hex(std::string& to, std::uint32_t value) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
    to.append(digits.data(), end);
}

/// Breaks a line or steers a terminal: every kind of control and separator, but not a plain space.
bool is_disruptive(std::int32_t point) {
    return point != ' ' && detail::is_control_or_space(point);
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
    to += "\\u{";
    append_hex(to, static_cast<std::uint32_t>(point));
    to += '}';
}

std::string escaped_up_to(std::string_view text, std::size_t characters_max) {
    std::string safe;
    for (std::size_t characters = 0; !text.empty(); ++characters) {
        if (characters == characters_max) return safe + "…";
        const std::string_view before = text;
        const std::int32_t point = detail::take_code_point(text);
        if (point < 0) {
            safe += "\\x";
            append_hex(safe, static_cast<unsigned char>(before.front()));
            text = before.substr(1);
        } else if (point == '\\' || point == '"') {
            safe += '\\';
            safe += static_cast<char>(point);
        } else if (is_disruptive(point)) {
            append_point(safe, point);
        } else {
            safe += before.substr(0, before.size() - text.size());
        }
    }
    return safe;
}

}  // namespace

std::string escaped(std::string_view text) {
    return escaped_up_to(text, std::numeric_limits<std::size_t>::max());
}

std::string escaped_short(std::string_view text) { return escaped_up_to(text, 64); }

}  // namespace allot::program

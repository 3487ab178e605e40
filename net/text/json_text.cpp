#include "net/text/json_text.hpp"

#include <algorithm>

#include "engine/name.hpp"

namespace allot {

namespace {

constexpr std::string_view json_hex_digits = "0123456789abcdef";

/// True for an ASCII character that a JSON string holds unescaped.
constexpr bool is_json_plain(char c) noexcept {
    return c >= ' ' && c < '\x7F' && c != '"' && c != '\\';
}

void append_escape(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out.append("\\u00").push_back(json_hex_digits[byte >> 4U]);
    out.push_back(json_hex_digits[byte & 15U]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    for (;;) {
        const auto plain = std::ranges::find_if_not(text, is_json_plain) - text.begin();
        out.append(text.substr(0, static_cast<std::size_t>(plain)));
        text.remove_prefix(static_cast<std::size_t>(plain));
        if (text.empty()) break;
        const std::string_view before = text;
        if (detail::take_code_point(text) < 0) {
            out.append("\xEF\xBF\xBD");
            text.remove_prefix(before.size() == text.size() ? 1 : 0);
            continue;
        }
        const std::string_view point = before.substr(0, before.size() - text.size());
        const char c = point.front();
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if ((c >= 0 && c < ' ') || c == '\x7F') {
            append_escape(out, c);
        } else {
            out.append(point);
        }
    }
    out.push_back('"');
}

void append_json_day(std::string& out, Eta eta) {
    if (eta.in_warehouse()) {
        out.append("null");
    } else {
        append_json_string(out, eta.to_string());
    }
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_.push_back(':');
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    separate();
    out_.append(std::to_string(value));
    return *this;
}

JsonWriter& JsonWriter::number(std::string_view text) {
    separate();
    out_.append(text);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return number(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return number("null"); }

JsonWriter& JsonWriter::day(Eta eta) {
    separate();
    append_json_day(out_, eta);
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_.push_back(bracket);
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    out_.push_back(bracket);
    needs_comma_ = true;
    return *this;
}

void JsonWriter::separate() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
}

}  // namespace allot

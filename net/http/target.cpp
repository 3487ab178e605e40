#include "net/http/target.hpp"

#include "net/text/numbers.hpp"

namespace allot::http {

namespace {

/// Removes the part before the next `mark`, and the mark, from the front of `rest`.
/// \return the part.
std::string_view take_until(std::string_view& rest, char mark) noexcept {
    const std::string_view part = rest.substr(0, rest.find(mark));
    rest.remove_prefix(part.size() == rest.size() ? part.size() : part.size() + 1);
    return part;
}

/// `http://host/path` is the same target as `/path`: RFC 9112, 3.2.2.
std::string_view without_origin(std::string_view text) noexcept {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const std::size_t path = text.find('/', scheme.size());
        return path == std::string_view::npos ? std::string_view{"/"} : text.substr(path);
    }
    return text;
}

bool parse_path(std::string_view path, std::vector<std::string>& segments) {
    if (!path.starts_with('/')) return false;
    path.remove_prefix(1);
    for (bool more = true; more;) {
        more = path.find('/') != std::string_view::npos;
        auto segment = decode(take_until(path, '/'), false);
        if (!segment || *segment == "." || *segment == "..") return false;
        segments.push_back(std::move(*segment));
    }
    return true;
}

bool parse_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& query) {
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        auto name = decode(take_until(value, '='), true);
        auto decoded = decode(value, true);
        if (!name || !decoded) return false;
        query.emplace_back(std::move(*name), std::move(*decoded));
    }
    return true;
}

}  // namespace

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            decoded.push_back(' ');
        } else if (text[i] != '%') {
            decoded.push_back(text[i]);
        } else {
            if (i + 2 >= text.size()) return {};
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return {};
            decoded.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        }
    }
    return decoded;
}

std::optional<Target> Target::parse(std::string_view text) {
    text = without_origin(text);
    Target target;
    const std::string_view path = take_until(text, '?');
    if (!parse_path(path, target.segments) || !parse_query(text, target.query)) return {};
    return target;
}

}  // namespace allot::http

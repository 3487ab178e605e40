#include "net/glob.hpp"

#include <cstddef>

namespace allot {

namespace {

/// Takes what stands for one byte off the front of the pattern. \return whether it stands for `c`.
bool one_matches(std::string_view& pattern, char c) noexcept {
    const auto take = [&] {
        if (pattern.size() > 1 && pattern.front() == '\\') pattern.remove_prefix(1);
        const char taken = pattern.front();
        pattern.remove_prefix(1);
        return taken;
    };
    if (pattern.front() == '?') return pattern.remove_prefix(1), true;
    if (pattern.front() != '[') return take() == c;
    pattern.remove_prefix(1);
    const bool negated = pattern.starts_with('^');
    if (negated) pattern.remove_prefix(1);
    bool found = false;
    while (!pattern.empty() && pattern.front() != ']') {
        const auto low = static_cast<unsigned char>(take());
        unsigned char high = low;
        if (pattern.size() > 1 && pattern[0] == '-' && pattern[1] != ']') {
            pattern.remove_prefix(1);
            high = static_cast<unsigned char>(take());
        }
        const auto byte = static_cast<unsigned char>(c);
        found = found || (low <= byte && byte <= high) || (high <= byte && byte <= low);
    }
    if (!pattern.empty()) pattern.remove_prefix(1);
    return found != negated;
}

/// Bytes at the front of a pattern that stand for themselves.
std::string_view plain_front(std::string_view pattern) noexcept {
    return pattern.substr(0, pattern.find_first_of("*?[\\"));
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    std::string_view after_star = pattern;
    std::string_view plain;  // at the front of that
    std::string_view retry = text;
    bool star = false;
    while (!text.empty()) {
        if (pattern.starts_with('*')) {
            pattern.remove_prefix(1);
            star = true;
            after_star = pattern;
            plain = plain_front(pattern);
            retry = text;
            continue;
        }
        if (!pattern.empty() && one_matches(pattern, text.front())) {
            text.remove_prefix(1);
            continue;
        }
        if (!star) return false;
        pattern = after_star;
        // What follows the star begins with these bytes: nowhere else is it tried again.
        const std::size_t next = retry.find(plain, 1);
        if (next == std::string_view::npos) return false;
        retry.remove_prefix(next);
        text = retry;
    }
    return pattern.find_first_not_of('*') == std::string_view::npos;
}

}  // namespace allot

// The arguments of an inline command, compared with a plain reader after net/resp/PROTOCOL.md; and
// any arguments, quoted, are read unchanged.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "net/resp/inline_words.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz::target_words {

using Words = std::vector<std::string>;

constexpr std::string_view space = " \t\n\v\f\r";
constexpr std::string_view hex = "0123456789abcdef";

std::size_t digit(char c) { return hex.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c); }

/// Removes an escape, after its backslash, from the front of a text. \return the character.
char escaped(std::string_view& text) {
    if (text.size() >= 3 && text[0] == 'x') {
        const std::size_t high = digit(text[1]);
        const std::size_t low = digit(text[2]);
        if (high < 16 && low < 16) {
            text.remove_prefix(3);
            return static_cast<char>(high * 16 + low);
        }
    }
    constexpr std::string_view names = "nrtba";
    constexpr std::string_view means = "\n\r\t\b\a";
    const char c = text.front();
    text.remove_prefix(1);
    const std::size_t at = names.find(c);
    return at == std::string_view::npos ? c : means[at];
}

/// Removes an argument from the front of a text. \return none when its quotes are wrong.
std::optional<std::string> word(std::string_view& text) {
    std::string read;
    while (!text.empty() && space.find(text.front()) == std::string_view::npos) {
        const char quote = text.front();
        text.remove_prefix(1);
        if (quote != '"' && quote != '\'') {
            read += quote;
            continue;
        }
        for (;;) {
            if (text.empty()) return std::nullopt;
            const char c = text.front();
            text.remove_prefix(1);
            if (c == quote) break;
            const bool escape =
                c == '\\' && !text.empty() && (quote == '"' || text.front() == '\'');
            if (!escape) {
                read += c;
            } else if (quote == '"') {
                read += escaped(text);
            } else {
                read += '\'';
                text.remove_prefix(1);
            }
        }
        if (!text.empty() && space.find(text.front()) == std::string_view::npos) {
            return std::nullopt;
        }
    }
    return read;
}

InlineOutcome expected(std::string_view text, std::size_t words_max, Words& words) {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
        if (text.empty()) return InlineOutcome::split;
        if (words.size() == words_max) return InlineOutcome::too_many;
        auto next = word(text);
        if (!next) return InlineOutcome::unbalanced;
        words.push_back(std::move(*next));
    }
}

InlineOutcome split(std::string_view text, std::size_t words_max, Words& words) {
    std::vector<char> line{text.begin(), text.end()};  // without a string's terminator
    boost::container::small_vector<std::string_view, 8> views;
    const InlineOutcome outcome = split_inline(line, words_max, views);
    const std::string_view all{line.data(), line.size()};
    for (const std::string_view view : views) {
        fuzz::require(
            view.data() >= all.data() && view.data() + view.size() <= all.data() + all.size(),
            "words lie in their line");
        words.emplace_back(view);
    }
    fuzz::require(words.size() <= words_max, "no more words than allowed");
    return outcome;
}

/// An argument in quotes of either kind, as in net/resp/PROTOCOL.md.
std::string quoted(std::string_view word, bool single) {
    std::string text{single ? '\'' : '"'};
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (single) {
            // Otherwise a backslash before the quote would escape it.
            if (c == '\'') text += '\\';
            text += c;
        } else if (c == '"' || c == '\\') {
            text += {'\\', c};
        } else if (byte < ' ') {
            text += {'\\', 'x', hex[byte >> 4U], hex[byte & 15U]};
        } else {
            text += c;
        }
    }
    return text + text.front();
}

extern "C" int FUZZ_TARGET(words)(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> rest{data, size};
    const std::size_t words_max = fuzz::take(rest);
    std::string_view text = fuzz::text(rest.data(), rest.size());

    Words reference;
    Words words;
    const InlineOutcome outcome = expected(text, words_max, reference);
    fuzz::require(split(text, words_max, words) == outcome && words == reference,
                  "the words are those of the protocol");

    // The same bytes as a list of arguments, each ended by a zero.
    Words any;
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        any.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const bool single = any.size() % 2 == 0 && any.back().find('\\') == std::string::npos;
        line += quoted(any.back(), single) + (any.size() % 3 == 0 ? "\t" : " ");
    }
    Words again;
    fuzz::require(split(line, any.size(), again) == InlineOutcome::split && again == any,
                  "any words can be written");
    return 0;
}

}  // namespace allot::fuzz::target_words

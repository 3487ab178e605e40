#include "net/resp/inline_words.hpp"

#include "net/text/numbers.hpp"

namespace allot {

namespace {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr char unescaped(char c) noexcept {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'a':
            return '\a';
        default:
            return c;
    }
}

/// Reads one word after the other. What it writes never overtakes what it reads, because an
/// escape is longer than the byte that it means.
class WordReader {
public:
    explicit WordReader(std::span<char> line) noexcept
        : read_{line.data()}, write_{line.data()}, end_{line.data() + line.size()} {}

    /// \return false at the end of the line.
    bool skip_space() noexcept {
        while (read_ != end_ && is_space(*read_)) ++read_;
        return read_ != end_;
    }

    /// \return false when a quote is not closed, or closed in the middle of a word.
    bool word(std::string_view& word) noexcept {
        char* const first = write_ = read_;
        while (read_ != end_ && !is_space(*read_)) {
            const char c = *read_++;
            if (c != '"' && c != '\'') {
                *write_++ = c;
            } else if (!quoted(c)) {
                return false;
            }
        }
        word = {first, static_cast<std::size_t>(write_ - first)};
        return true;
    }

private:
    bool quoted(char quote) noexcept {
        while (read_ != end_) {
            const char c = *read_++;
            if (c == quote) return read_ == end_ || is_space(*read_);
            if (c == '\\' && read_ != end_ && (quote == '"' || *read_ == '\'')) {
                *write_++ = escape();
            } else {
                *write_++ = c;
            }
        }
        return false;
    }

    char escape() noexcept {
        if (end_ - read_ >= 3 && read_[0] == 'x') {
            const int high = hex_value(read_[1]);
            const int low = hex_value(read_[2]);
            if (high >= 0 && low >= 0) {
                read_ += 3;
                return static_cast<char>(high * 16 + low);
            }
        }
        return unescaped(*read_++);
    }

    char* read_;
    char* write_;
    char* end_;
};

}  // namespace

InlineOutcome split_inline(std::span<char> line, std::size_t words_max,
                           boost::container::small_vector_base<std::string_view>& words) {
    WordReader reader{line};
    while (reader.skip_space()) {
        if (words.size() == words_max) return InlineOutcome::too_many;
        std::string_view word;
        if (!reader.word(word)) return InlineOutcome::unbalanced;
        words.push_back(word);
    }
    return InlineOutcome::split;
}

}  // namespace allot

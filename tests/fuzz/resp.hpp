#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/fuzz.hpp"

namespace allot::fuzz {

/// Reads replies as a client library does; anything else is a finding.
class Replies {
public:
    explicit Replies(std::string_view bytes) : rest_{bytes} {}

    /// \return the number of replies, each with all its parts.
    std::size_t count() {
        std::size_t replies = 0;
        for (; !rest_.empty(); ++replies) take(0);
        return replies;
    }

private:
    void take(int depth) {
        require(depth < 8, "replies are nested a few levels deep");
        require(!rest_.empty(), "a reply is complete");
        const char kind = rest_.front();
        rest_.remove_prefix(1);
        switch (kind) {
            case '+':
            case '-':
                require(!line().empty(), "a line says something");
                break;
            case ':':
                (void)number();
                break;
            case '_':
                require(line().empty(), "null has no value");
                break;
            case '#':
                require(line().size() == 1, "true is one letter");
                break;
            case '$':
            case '=':
                take_bulk();
                break;
            case '*':
            case '>':
            case '~':
            case '%':
                for (std::int64_t left = number() * (kind == '%' ? 2 : 1); left > 0; --left) {
                    take(depth + 1);
                }
                break;
            default:
                require(false, "a reply begins with its kind");
        }
    }

    std::string_view line() {
        const std::size_t end = rest_.find("\r\n");
        require(end != std::string_view::npos, "a line ends");
        const std::string_view taken = rest_.substr(0, end);
        for (const char c : taken) {
            require(static_cast<unsigned char>(c) >= ' ' && c != '\x7F', "a line is plain text");
        }
        rest_.remove_prefix(end + 2);
        return taken;
    }
    std::int64_t number() {
        const std::string_view digits = line();
        std::int64_t value = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        require(read.ec == std::errc{} && read.ptr == digits.data() + digits.size(),
                "a number is digits");
        return value;
    }
    void take_bulk() {
        const std::int64_t size = number();
        if (size == -1) return;
        require(size >= 0 && static_cast<std::uint64_t>(size) + 2 <= rest_.size(),
                "the bytes are there");
        rest_.remove_prefix(static_cast<std::size_t>(size));
        require(rest_.starts_with("\r\n"), "and end where they say");
        rest_.remove_prefix(2);
    }

    std::string_view rest_;
};

}  // namespace allot::fuzz

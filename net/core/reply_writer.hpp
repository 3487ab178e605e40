#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/containers/copy_name.hpp"
#include "engine/name.hpp"
#include "net/core/counters.hpp"
#include "net/text/escape.hpp"

namespace allot {

/// Appends replies to a buffer, in the version of the protocol that the client speaks and in the
/// form of the request. Whatever text it is given, a reply is exactly the frames that were asked
/// for.
class ReplyWriter {
public:
    /// \param out outlives the writer.
    explicit ReplyWriter(std::string& out) noexcept : out_{out} {}
    /// In the version and form of another.
    ReplyWriter(std::string& out, const ReplyWriter& like) noexcept
        : out_{out}, version_{like.version_}, framed_{like.framed_} {}

    /// 2 or 3.
    [[nodiscard]] int version() const noexcept { return version_; }
    void set_version(int version) noexcept { version_ = version; }
    /// Whether the request that is answered was framed (see Request::framed). The form stays until
    /// it is set again, so that a reply which is written later has the form of its request.
    void set_framed(bool framed) noexcept { framed_ = framed; }

    void ok() { out_.append("+OK\r\n"); }
    /// The outcome of a request in one word, such as PONG. Never data: see value().
    void status(std::string_view word) {
        out_.push_back('+');
        append_text(out_, word);
        end_line();
    }
    /// Data: a word, a day, a line of text of our own making. To a framed request a bulk string,
    /// as client libraries keep no other text; to an inline one a line, in which is escaped what
    /// people cannot see.
    void value(std::string_view text) {
        if (framed_) return bulk(text);
        status(text);
    }
    template <class Tag>
    void value(const Name<Tag>& name) {
        value(name.view());
    }
    /// `-CODE part part…`. A part is text of our own making, a name, a number, or Quoted bytes of
    /// the client's.
    template <class... Parts>
    void error(ErrorCode code, const Parts&... parts) {
        out_.push_back('-');
        out_.append(word_of(code));
        out_.push_back(' ');
        (append_part(parts), ...);
        end_line();
    }
    void integer(std::int64_t value) { header(':', value); }
    /// Any bytes.
    void bulk(std::string_view bytes) {
        if (bytes.size() <= Sku::bytes_max) return short_bulk(bytes);
        header('$', static_cast<std::int64_t>(bytes.size()));
        out_.append(bytes);
        end_line();
    }
    /// Text of several lines: marked as such in version 3.
    void text(std::string_view text);
    void null() { out_.append(version_ == 3 ? "_\r\n" : "$-1\r\n"); }
    /// Instead of an array.
    void null_array() { out_.append(version_ == 3 ? "_\r\n" : "*-1\r\n"); }
    void boolean(bool value);

    /// Whole replies of another writer.
    void raw(std::string_view replies) { out_.append(replies); }

    // Headers: so many replies follow, of which they are made.
    void array(std::size_t size) { header('*', static_cast<std::int64_t>(size)); }
    /// Twice `pairs` replies follow. A flat array in version 2.
    void map(std::size_t pairs);
    /// An array in version 2.
    void set(std::size_t size);
    /// A message that no request asked for. An array in version 2.
    void push(std::size_t size);

private:
    /// Appends a name, or what is as short, at once. \pre bytes.size() < 100
    void short_bulk(std::string_view bytes) {
        std::array<char, 5 + Sku::bytes_max + 2> text;
        char* to = text.data();
        *to++ = '$';
        if (bytes.size() > 9) *to++ = static_cast<char>('0' + bytes.size() / 10);
        *to++ = static_cast<char>('0' + bytes.size() % 10);
        *to++ = '\r';
        *to++ = '\n';
        copy_name(to, bytes.data(), bytes.size());
        to += bytes.size();
        *to++ = '\r';
        *to++ = '\n';
        out_.append(text.data(), static_cast<std::size_t>(to - text.data()));
    }
    void end_line() { out_.append("\r\n", 2); }
    void header(char marker, std::int64_t value) {
        char text[24];
        text[0] = marker;
        char* end = std::to_chars(text + 1, text + sizeof text, value).ptr;
        *end++ = '\r';
        *end++ = '\n';
        out_.append(text, static_cast<std::size_t>(end - text));
    }

    void append_part(std::string_view text) { append_text(out_, text); }
    void append_part(const char* text) { append_text(out_, text); }
    void append_part(Quoted bytes) { append_quoted(out_, bytes); }
    template <class Tag>
    void append_part(const Name<Tag>& name) {
        append_text(out_, name.view());
    }
    void append_part(std::integral auto number) { out_.append(std::to_string(number)); }

    std::string& out_;
    int version_ = 2;
    bool framed_ = true;
};

}  // namespace allot

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
/// form of the request. No text that it is given can end a frame or begin one.
class ReplyWriter {
public:
    /// \param out outlives the writer.
    explicit ReplyWriter(std::string& out) noexcept : out_{out} {}
    /// Writes in the version and form of another writer.
    ReplyWriter(std::string& out, const ReplyWriter& like) noexcept
        : out_{out}, version_{like.version_}, framed_{like.framed_} {}

    /// The version, 2 or 3.
    [[nodiscard]] int version() const noexcept { return version_; }
    void set_version(int version) noexcept { version_ = version; }
    /// Sets the form of the request (see Request::framed). It stays until it is set again, so that
    /// a later reply has the form of its request.
    void set_framed(bool framed) noexcept { framed_ = framed; }

    void ok() { out_.append("+OK\r\n"); }
    /// Writes the outcome of a request in one word, such as PONG, never data: see value().
    void status(std::string_view word) {
        out_.push_back('+');
        append_text(out_, word);
        end_line();
    }
    /// Writes a value: a word, a day, a line of text. A framed request gets a bulk string, since
    /// client libraries keep no other text; an inline request gets a line with invisible characters
    /// escaped.
    void value(std::string_view text) {
        if (framed_) return bulk(text);
        status(text);
    }
    template <class Tag>
    void value(const Name<Tag>& name) {
        value(name.view());
    }
    template <class Tag>
    void value(NameView<Tag> name) {
        value(name.view());
    }
    /// Writes `-CODE part part…`. A part is a text of the program, a name, a number, or Quoted
    /// bytes of the client.
    template <class... Parts>
    void error(ErrorCode code, const Parts&... parts) {
        out_.push_back('-');
        out_.append(word_of(code));
        out_.push_back(' ');
        (append_part(parts), ...);
        end_line();
    }
    void integer(std::int64_t value) { header(':', value); }
    /// Writes any bytes; at most as many as a name has in one append.
    void bulk(std::string_view bytes) {
        if (bytes.size() > Sku::bytes_max) {
            header('$', static_cast<std::int64_t>(bytes.size()));
            out_.append(bytes);
            return end_line();
        }
        std::array<char, header_bytes_max + Sku::bytes_max + 2> text;
        char* to = put_header(text.data(), '$', static_cast<std::int64_t>(bytes.size()));
        copy_name(to, bytes.data(), bytes.size());
        to += bytes.size();
        *to++ = '\r';
        *to++ = '\n';
        out_.append(text.data(), static_cast<std::size_t>(to - text.data()));
    }
    /// Writes a text of several lines: a verbatim string in version 3.
    void text(std::string_view text);
    void null() { out_.append(version_ == 3 ? "_\r\n" : "$-1\r\n"); }
    /// Writes null instead of an array.
    void null_array() { out_.append(version_ == 3 ? "_\r\n" : "*-1\r\n"); }
    void boolean(bool value);

    /// Appends whole replies of another writer.
    void raw(std::string_view replies) { out_.append(replies); }

    // Headers: so many replies must follow.
    void array(std::size_t size) { header('*', static_cast<std::int64_t>(size)); }
    /// Twice `pairs` replies follow. A flat array in version 2.
    void map(std::size_t pairs);
    /// An array in version 2.
    void set(std::size_t size);
    /// A message that no request asked for. An array in version 2.
    void push(std::size_t size);

private:
    static constexpr std::size_t header_bytes_max = 1 + 20 + 2;
    /// \return the position after the header.
    static char* put_header(char* to, char marker, std::int64_t value) noexcept {
        *to++ = marker;
        if (const auto digits = static_cast<std::uint64_t>(value); digits <= 99) {  // nearly always
            if (digits > 9) *to++ = static_cast<char>('0' + digits / 10);
            *to++ = static_cast<char>('0' + digits % 10);
        } else {
            to = std::to_chars(to, to + header_bytes_max, value).ptr;
        }
        *to++ = '\r';
        *to++ = '\n';
        return to;
    }
    void end_line() { out_.append("\r\n", 2); }
    void header(char marker, std::int64_t value) {
        std::array<char, header_bytes_max> text;
        const char* const end = put_header(text.data(), marker, value);
        out_.append(text.data(), static_cast<std::size_t>(end - text.data()));
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

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace allot {

// What people read is escaped by one rule: a code point that they cannot see (detail::is_invisible:
// controls, line separators, bidirectional and zero-width characters, …), and a byte that is not
// UTF-8, are never shown as they are. In replies they are written as the inline syntax reads them,
// `\xHH` a byte; in logs and on the terminal as `\u{feff}` a code point.

/// Bytes of a client's argument that an error reply repeats at most.
inline constexpr std::size_t echoed_bytes_max = 128;

/// Something that a client sent, as it appears in an error reply or a list: in single quotes,
/// printable ASCII only, so that a reply never gains a frame and a terminal never a control code.
struct Quoted {
    std::string_view bytes;
};

/// Printable ASCII as it is; a backslash, a single quote and every other byte as `\xHH`.
/// \param most that many bytes of `bytes`, then `...` when there are more.
void append_escaped(std::string& out, std::string_view bytes, std::size_t most);
void append_quoted(std::string& out, Quoted quoted);
[[nodiscard]] std::string in_quotes(std::string_view bytes);

/// Text of our own making, and names in it, for one line of a reply: the bytes of what people
/// cannot see as `\xHH`, all else as it is.
void append_text(std::string& out, std::string_view text);

/// A name as one word of a line, as the inline syntax reads it: as it is; but in double quotes,
/// with `\"`, `\\` and `\xHH` in them, when it has a space, a quote, a backslash or something that
/// people cannot see.
void append_word(std::string& out, std::string_view name);
[[nodiscard]] std::string as_word(std::string_view name);

/// Makes text from outside fit for one line of a log, a message or a terminal: `\n`, `\r`, `\t`,
/// `\\`, `\"`, `\u{85}` for a code point that people cannot see, `\xff` for a byte that is not
/// UTF-8. All else stays as it is.
[[nodiscard]] std::string escaped(std::string_view text);

/// As escaped(), cut after 64 characters: a value in an error message.
[[nodiscard]] std::string escaped_short(std::string_view text);

}  // namespace allot

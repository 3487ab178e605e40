#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace allot {

// Text for people is escaped by one rule: a code point that they cannot see (detail::is_invisible:
// controls, line separators, bidirectional and zero-width characters, …), and a byte that is not
// UTF-8, are never shown as they are. In replies they are written as the inline syntax reads them,
// `\xHH` a byte; in logs and on the terminal as `\u{feff}` a code point.

/// The limit of the bytes of an argument that an error reply repeats.
inline constexpr std::size_t echoed_bytes_max = 128;

/// Bytes of a client, as they appear in an error reply or a list: in single quotes, printable ASCII
/// only, so that a reply never gains a frame and a terminal never a control code.
struct Quoted {
    std::string_view bytes;
};

/// Appends printable ASCII unchanged; a backslash, a single quote and every other byte as `\xHH`.
/// \param most that many bytes of `bytes`, then `...` when there are more.
void append_escaped(std::string& out, std::string_view bytes, std::size_t most);
void append_quoted(std::string& out, Quoted quoted);
[[nodiscard]] std::string in_quotes(std::string_view bytes);

/// Appends a text of the program, with names in it, for one line of a reply: invisible characters
/// as `\xHH` for each byte, all others unchanged.
void append_text(std::string& out, std::string_view text);

/// Appends a name as one word of the inline syntax: unchanged; but in double quotes, with `\"`,
/// `\\` and `\xHH` in them, if it has a space, a quote, a backslash or an invisible character.
void append_word(std::string& out, std::string_view name);
[[nodiscard]] std::string as_word(std::string_view name);

/// Makes text from outside fit for one line of a log, a message or a terminal: `\n`, `\r`, `\t`,
/// `\\`, `\"`, `\u{85}` for a code point that people cannot see, `\xff` for a byte that is not
/// UTF-8. All else stays as it is.
[[nodiscard]] std::string escaped(std::string_view text);

/// Returns escaped() text, cut after 64 characters, for a value in an error message.
[[nodiscard]] std::string escaped_short(std::string_view text);

}  // namespace allot

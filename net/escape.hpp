#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace allot {

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

/// Text of our own making, with any control character replaced by `\xHH` all the same.
void append_text(std::string& out, std::string_view text);

}  // namespace allot

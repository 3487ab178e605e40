#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace allot::program {

/// A reply of RESP, as a client sees it.
struct Reply {
    enum class Kind : std::uint8_t { text, error, integer, list, nothing };

    Kind kind = Kind::nothing;
    std::string text;          ///< of text, and of an error: its code and its words
    std::int64_t number = 0;   ///< of an integer
    std::vector<Reply> items;  ///< of a list; of a map keys and values in turn

    [[nodiscard]] bool is_error() const noexcept { return kind == Kind::error; }
    /// An error's first word; empty where it is none.
    [[nodiscard]] std::string_view code() const noexcept;
};

/// Bytes that no server of the protocol sends. The text shows how they begin.
class NoReply : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline constexpr std::size_t reply_bytes_max = 64ULL << 20U;
inline constexpr std::size_t reply_depth_max = 8;

/// Reads a reply of version 2 or 3 at the beginning of `bytes`: data as bulk or simple strings.
/// \return the bytes that it takes; 0 when it does not end in them, and then `reply` means nothing.
/// \throws NoReply when no reply begins so, or it is longer or deeper than the above.
[[nodiscard]] std::size_t take_reply(std::string_view bytes, Reply& reply);

}  // namespace allot::program

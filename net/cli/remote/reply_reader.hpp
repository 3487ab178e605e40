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
    std::string text;          ///< a text; or an error: code and words
    std::int64_t number = 0;   ///< an integer
    std::vector<Reply> items;  ///< elements of a list; keys and values of a map in turn

    [[nodiscard]] bool is_error() const noexcept { return kind == Kind::error; }
    /// Returns an error's first word; empty for other replies.
    [[nodiscard]] std::string_view code() const noexcept;
};

/// An error: bytes that are no reply. The text shows their beginning.
class NoReply : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline constexpr std::size_t reply_bytes_max = 64ULL << 20U;
inline constexpr std::size_t reply_depth_max = 8;

/// Reads a reply of version 2 or 3 at the beginning of `bytes`.
/// \return the size of the reply; 0 if it is incomplete, and then `reply` is meaningless.
/// \throws NoReply if no reply begins with these bytes, or it exceeds a limit.
[[nodiscard]] std::size_t take_reply(std::string_view bytes, Reply& reply);

}  // namespace allot::program

#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace allot {

enum class InlineOutcome : std::uint8_t { split, unbalanced, too_many };

/// Splits an inline command at white space into words, as a person types it:
/// "…" with \n \r \t \b \a \\ \" and \xHH, '…' with \', and white space after a closing quote.
/// Unescapes in place: the words are views into `line`, whose bytes change.
/// \param line without its LF; a CR at its end is white space like any other.
/// \param words_max more words than this are too many.
[[nodiscard]] InlineOutcome split_inline(
    std::span<char> line, std::size_t words_max,
    boost::container::small_vector_base<std::string_view>& words);

}  // namespace allot

#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "net/limits.hpp"

namespace allot {

/// A pattern in the syntax of Redis: `*` any bytes, `?` one, `[a-c]` one of these, `[^a-c]` none of
/// these, and a backslash before a byte that means itself. Made once, and then tried against many
/// texts: the time for each byte is bounded by the pattern's length. A text is followed to all
/// positions of the pattern at once, so nothing is tried again.
class Glob {
public:
    using Bytes = std::bitset<256>;

    /// \pre The pattern has at most channel_bytes_max bytes.
    explicit Glob(std::string_view pattern);

    [[nodiscard]] bool matches(std::string_view text) const noexcept;
    /// The memory in use, without this object.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return (stars_.capacity() + takers_.capacity()) * sizeof(Word);
    }

private:
    // A position is before one of the pattern's single bytes, or after the last: a bit of these.
    using Word = std::uint64_t;
    static constexpr std::size_t word_bits = 64;

    void note_takers(std::span<const Bytes> positions, const Bytes& first, std::size_t classes);

    std::array<std::uint8_t, 256> class_of_{};  // bytes of one class are alike to the pattern
    std::vector<Word> takers_;  // for each class: the positions whose byte may be one of it
    std::vector<Word> stars_;   // the positions where any bytes may come
    std::size_t last_ = 0;      // the position after the last byte
};

}  // namespace allot

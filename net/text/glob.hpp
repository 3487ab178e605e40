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

/// A pattern as Redis has them: `*` any bytes, `?` one, `[a-c]` one of these, `[^a-c]` none of
/// these, and a backslash before a byte that means itself. Made once, and then tried against many
/// texts: each takes one look at every byte, at most `steps_a_byte()` steps long, whatever the
/// pattern. A text is followed to all places of the pattern at once, so nothing is tried again.
class Glob {
public:
    using Bytes = std::bitset<256>;

    /// \pre The pattern has at most channel_bytes_max bytes.
    explicit Glob(std::string_view pattern);

    [[nodiscard]] bool matches(std::string_view text) const noexcept;
    /// Words of places that are looked at for each byte of a text.
    [[nodiscard]] std::size_t steps_a_byte() const noexcept { return stars_.size(); }
    /// Memory that it takes, itself not counted.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return (stars_.capacity() + takers_.capacity()) * sizeof(Word);
    }

private:
    // A place is before one of the pattern's single bytes, or after the last: a bit of these.
    using Word = std::uint64_t;
    static constexpr std::size_t word_bits = 64;

    void note_takers(std::span<const Bytes> places, const Bytes& first, std::size_t classes);

    std::array<std::uint8_t, 256> class_of_{};  // bytes of one class are alike to the pattern
    std::vector<Word> takers_;  // for each class: the places whose byte may be one of it
    std::vector<Word> stars_;   // the places where any bytes may come
    std::size_t last_ = 0;      // the place after the last byte
};

}  // namespace allot

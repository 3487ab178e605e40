#include "net/text/glob.hpp"

#include <array>
#include <boost/assert.hpp>
#include <boost/container/static_vector.hpp>
#include <utility>

namespace allot {

namespace {

using Bytes = Glob::Bytes;
using Positions = boost::container::static_vector<Bytes, channel_bytes_max>;
using Words = std::array<std::uint64_t, channel_bytes_max / 64 + 1>;

/// Removes a literal byte, escaped or not, from the front. \return it.
unsigned char take_byte(std::string_view& pattern) noexcept {
    if (pattern.size() > 1 && pattern.front() == '\\') pattern.remove_prefix(1);
    const auto taken = static_cast<unsigned char>(pattern.front());
    pattern.remove_prefix(1);
    return taken;
}

/// Removes a set, which ends with a bracket or the pattern, from the front. \return its bytes.
Bytes take_set(std::string_view& pattern) noexcept {
    const bool negated = pattern.starts_with('^');
    if (negated) pattern.remove_prefix(1);
    Bytes set;
    while (!pattern.empty() && pattern.front() != ']') {
        unsigned low = take_byte(pattern);
        unsigned high = low;
        if (pattern.size() > 1 && pattern[0] == '-' && pattern[1] != ']') {
            pattern.remove_prefix(1);
            high = take_byte(pattern);
        }
        if (low > high) std::swap(low, high);
        set |= Bytes{}.set() >> (set.size() - 1 - (high - low)) << low;
    }
    if (!pattern.empty()) pattern.remove_prefix(1);
    return negated ? ~set : set;
}

/// Removes the first element, which is not a star, from the front. \return the bytes it matches.
Bytes take_one(std::string_view& pattern) noexcept {
    const char front = pattern.front();
    if (front == '?' || front == '[') pattern.remove_prefix(1);
    if (front == '?') return Bytes{}.set();
    return front == '[' ? take_set(pattern) : Bytes{}.set(take_byte(pattern));
}

/// The first byte of each range of bytes that no position distinguishes.
Bytes first_of_each_class(std::span<const Bytes> positions) noexcept {
    Bytes first;
    for (const Bytes& position : positions) first |= position ^ (position << 1);
    return first.set(0);
}

void mark(std::span<std::uint64_t> words, std::size_t position) noexcept {
    words[position / 64] |= std::uint64_t{1} << position % 64;
}

}  // namespace

Glob::Glob(std::string_view pattern) {
    BOOST_ASSERT(pattern.size() <= channel_bytes_max);
    Positions positions;
    Words stars{};
    while (!pattern.empty()) {
        if (pattern.front() == '*') {
            mark(stars, positions.size());
            pattern.remove_prefix(1);
        } else {
            positions.push_back(take_one(pattern));
        }
    }
    last_ = positions.size();
    const std::size_t words = last_ / word_bits + 1;
    stars_.assign(stars.begin(), stars.begin() + words);
    const Bytes first = first_of_each_class(positions);
    std::size_t classes = 0;
    for (std::size_t byte = 0; byte < first.size(); ++byte) {
        if (first[byte]) ++classes;
        class_of_[byte] = static_cast<std::uint8_t>(classes - 1);
    }
    note_takers(positions, first, classes);
}

void Glob::note_takers(std::span<const Bytes> positions, const Bytes& first, std::size_t classes) {
    const std::size_t words = stars_.size();
    Words any{};  // the positions that match every byte
    for (std::size_t position = 0; position < positions.size(); ++position) {
        if (positions[position].all()) mark(any, position);
    }
    takers_.reserve(classes * words);
    for (std::size_t i = 0; i < classes; ++i) {
        takers_.insert(takers_.end(), any.begin(), any.begin() + words);
    }
    for (std::size_t position = 0; position < positions.size(); ++position) {
        if (positions[position].all()) continue;
        const Bytes taken = positions[position] & first;
        for (auto byte = taken._Find_first(); byte < taken.size(); byte = taken._Find_next(byte)) {
            mark(std::span{takers_}.subspan(class_of_[byte] * words, words), position);
        }
    }
}

bool Glob::matches(std::string_view text) const noexcept {
    const std::size_t words = stars_.size();
    const Word* const stars = stars_.data();
    Words reached{1};
    Word* const at = reached.data();
    std::size_t first = 0;  // Only these words hold positions: what is empty below them stays so.
    std::size_t end = 1;
    for (const char c : text) {
        const Word* const takers = &takers_[class_of_[static_cast<unsigned char>(c)] * words];
        Word carried = 0;
        for (std::size_t i = first; i < end; ++i) {
            const Word taken = at[i] & takers[i];
            at[i] = (taken << 1U) | carried | (at[i] & stars[i]);
            carried = taken >> (word_bits - 1);
        }
        if (carried != 0) at[end++] = carried;
        while (at[first] == 0) {
            if (++first == end) return false;
        }
    }
    return (at[last_ / word_bits] >> last_ % word_bits & 1U) != 0;
}

}  // namespace allot

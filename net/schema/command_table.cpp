#include "net/schema/command_table.hpp"

#include <bit>
#include <boost/assert.hpp>

#include "engine/containers/copy_name.hpp"

namespace allot {

namespace {

/// Changes eight letters at once; other bytes stay unchanged.
constexpr std::uint64_t capitals(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    const std::uint64_t low7 = bytes & (0x7F * each);
    const std::uint64_t from_a = low7 + (0x80 - 'a') * each;        // top bit: at least 'a'
    const std::uint64_t beyond_z = low7 + (0x80 - 'z' - 1) * each;  // top bit: beyond 'z'
    const std::uint64_t letters = from_a & ~beyond_z & ~bytes & (0x80 * each);
    return bytes - (letters >> 2U);  // 0x20 less
}

}  // namespace

CommandTable::Verb CommandTable::verb_of(std::string_view name) noexcept {
    std::array<char, verb_bytes_max> bytes{};
    copy_name(bytes.data(), name.data(), name.size());
    const auto both = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
    return {capitals(both[0]), capitals(both[1])};
}

CommandTable::CommandTable(std::span<const Family> families) {
    static_assert(Counters::verbs_max < slots / 2);
    for (const Family& family : families) {
        for (const CommandSpec* const spec : family) {
            BOOST_ASSERT(size_ < specs_.size());
            const Verb verb = verb_of(spec->name);
            std::size_t at = slot_of(verb);
            while (slots_[at].size != 0) at = (at + 1) % slots;
            slots_[at] = {verb, static_cast<std::uint8_t>(spec->name.size()),
                          static_cast<std::uint8_t>(size_)};
            specs_[size_++] = *spec;
        }
    }
}

const CommandSpec* CommandTable::find(std::string_view name) const noexcept {
    if (name.empty() || name.size() > verb_bytes_max) return nullptr;
    const Verb verb = verb_of(name);
    for (std::size_t at = slot_of(verb); slots_[at].size != 0; at = (at + 1) % slots) {
        if (slots_[at].verb == verb && slots_[at].size == name.size()) {
            return &specs_[slots_[at].spec];
        }
    }
    return nullptr;
}

}  // namespace allot

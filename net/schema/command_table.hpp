#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/core/counters.hpp"
#include "net/schema/spec.hpp"

namespace allot {

inline constexpr std::size_t verb_bytes_max = 16;

/// Commands, and a hash table of them by their verbs, with open addressing.
class CommandTable {
public:
    /// Descriptions in the order of HELP and COMMAND: those of one folder.
    using Family = std::span<const CommandSpec* const>;

    /// Copies the descriptions, so that the index of one is its distance from the first.
    explicit CommandTable(std::span<const Family> families);

    [[nodiscard]] const CommandSpec* begin() const noexcept { return specs_.data(); }
    [[nodiscard]] const CommandSpec* end() const noexcept { return begin() + size_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Finds a command by its verb in upper or lower case, without allocating. \return null if
    /// there is none.
    [[nodiscard]] const CommandSpec* find(std::string_view verb) const noexcept;

    /// The command's index in Counters::verbs; for null, the index that counts unknown verbs.
    [[nodiscard]] std::size_t index_of(const CommandSpec* spec) const noexcept {
        return spec == nullptr ? Counters::verbs_max : static_cast<std::size_t>(spec - begin());
    }

private:
    /// A verb in capitals, as two numbers: compared and hashed without a loop over its letters.
    struct Verb {
        std::uint64_t head;
        std::uint64_t tail;
        friend constexpr bool operator==(const Verb&, const Verb&) = default;
    };
    static Verb verb_of(std::string_view name) noexcept;
    [[nodiscard]] static constexpr std::size_t slot_of(const Verb& verb) noexcept {
        return ((verb.head ^ (verb.tail * 3)) * 0x9E37'79B9'7F4A'7C15) >> 56U;
    }

    struct Slot {
        Verb verb{};
        std::uint8_t size = 0;  ///< 0: free
        std::uint8_t spec = 0;
    };
    static constexpr std::size_t slots = 256;

    std::array<Slot, slots> slots_{};
    std::array<CommandSpec, Counters::verbs_max> specs_{};
    std::size_t size_ = 0;
};

}  // namespace allot

#include "net/commands/registry.hpp"

#include <array>
#include <bit>

#include "engine/containers/copy_name.hpp"
#include "net/core/counters.hpp"

namespace allot {

namespace commands {
// Each is described in a file of its own or of its family: here, or in net/resp if it needs a
// session.
extern const CommandSpec allocate, deallocate, add_batch, set_quantity, reschedule, receive,
    explain, allocations, shortages, stock, batch, available, feed, export_rows, import_rows;
extern const CommandSpec multi, exec, discard, watch, unwatch;
extern const CommandSpec subscribe, unsubscribe, psubscribe, punsubscribe, publish, pubsub;
extern const CommandSpec ping, echo, hello, auth, client, select, reset, quit;
extern const CommandSpec help, info, catalog, config, snapshot, slowlog, role, latency, modules,
    cluster;
}  // namespace commands

namespace {

/// A verb in capitals, as two numbers: compared and hashed without a loop over its letters.
struct Verb {
    std::uint64_t head;
    std::uint64_t tail;
    friend constexpr bool operator==(const Verb&, const Verb&) = default;
};

/// Changes eight letters at once; other bytes stay unchanged.
constexpr std::uint64_t capitals(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    const std::uint64_t low7 = bytes & (0x7F * each);
    const std::uint64_t from_a = low7 + (0x80 - 'a') * each;        // top bit: at least 'a'
    const std::uint64_t beyond_z = low7 + (0x80 - 'z' - 1) * each;  // top bit: beyond 'z'
    const std::uint64_t letters = from_a & ~beyond_z & ~bytes & (0x80 * each);
    return bytes - (letters >> 2U);  // 0x20 less
}

Verb verb_of(std::string_view name) noexcept {
    std::array<char, verb_bytes_max> bytes{};
    copy_name(bytes.data(), name.data(), name.size());
    const auto both = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
    return {capitals(both[0]), capitals(both[1])};
}

constexpr std::size_t slots = 256;

constexpr std::size_t slot_of(const Verb& verb) noexcept {
    return ((verb.head ^ (verb.tail * 3)) * 0x9E37'79B9'7F4A'7C15) >> 56U;
}

// In the order of HELP and COMMAND. They are copied here before main(), so that an index of this
// array is one of Counters::verbs, too.
const std::array specs{
    commands::allocate,   commands::deallocate,  commands::add_batch,   commands::set_quantity,
    commands::reschedule, commands::receive,     commands::explain,     commands::allocations,
    commands::shortages,  commands::stock,       commands::batch,       commands::available,
    commands::feed,       commands::export_rows, commands::import_rows,

    commands::multi,      commands::exec,        commands::discard,     commands::watch,
    commands::unwatch,

    commands::subscribe,  commands::unsubscribe, commands::psubscribe,  commands::punsubscribe,
    commands::publish,    commands::pubsub,

    commands::ping,       commands::echo,        commands::hello,       commands::auth,
    commands::client,     commands::select,      commands::reset,       commands::quit,

    commands::help,       commands::info,        commands::catalog,     commands::config,
    commands::snapshot,   commands::slowlog,     commands::role,        commands::latency,
    commands::modules,    commands::cluster};

/// A hash table of the commands by their verbs, with open addressing.
class VerbIndex {
public:
    VerbIndex() noexcept {
        static_assert(std::tuple_size_v<decltype(specs)> < slots / 2);
        for (std::size_t i = 0; i < specs.size(); ++i) {
            const Verb verb = verb_of(specs[i].name);
            std::size_t at = slot_of(verb);
            while (slots_[at].size != 0) at = (at + 1) % slots;
            slots_[at] = {verb, static_cast<std::uint8_t>(specs[i].name.size()),
                          static_cast<std::uint8_t>(i)};
        }
    }

    [[nodiscard]] const CommandSpec* find(std::string_view name) const noexcept {
        if (name.empty() || name.size() > verb_bytes_max) return nullptr;
        const Verb verb = verb_of(name);
        for (std::size_t at = slot_of(verb); slots_[at].size != 0; at = (at + 1) % slots) {
            if (slots_[at].verb == verb && slots_[at].size == name.size()) {
                return &specs[slots_[at].spec];
            }
        }
        return nullptr;
    }

private:
    struct Slot {
        Verb verb{};
        std::uint8_t size = 0;
        std::uint8_t spec = 0;
    };
    std::array<Slot, slots> slots_{};
};

const VerbIndex verbs;

}  // namespace

std::span<const CommandSpec> command_table() noexcept { return specs; }

const CommandSpec* find_command(std::string_view name) noexcept { return verbs.find(name); }

std::size_t index_of(const CommandSpec* spec) noexcept {
    static_assert(std::tuple_size_v<decltype(specs)> <= Counters::verbs_max);
    return spec == nullptr ? Counters::verbs_max : static_cast<std::size_t>(spec - specs.data());
}

}  // namespace allot

#include "net/commands/command_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "net/commands/handlers.hpp"

namespace allot {

namespace {

constexpr auto any = CommandSpec::any_number;
constexpr std::uint16_t write = flag_write;
constexpr std::uint16_t read = flag_read;
constexpr std::uint16_t fast = flag_fast;
constexpr std::uint16_t alone = flag_no_multi;
constexpr std::uint16_t at_once = flag_at_once;
constexpr std::uint16_t listener = flag_pubsub | alone;
constexpr std::uint16_t always = flag_loading;
constexpr std::uint16_t greeting = flag_fast | flag_no_auth | always;
constexpr std::uint16_t ending = greeting | flag_pubsub | at_once;
constexpr std::uint16_t transaction = fast | always | at_once;
constexpr std::uint16_t storage = flag_admin | flag_outside | alone;

// clang-format off
constexpr std::array specs = std::to_array<CommandSpec>({
    {"ALLOCATE", "order sku qty [sku qty ...]", "batch; of several lines an array of them",
     "Allocates the lines of an order, all or none", "stock", "0.1.0",
     3, any, write | fast, true, handlers::allocate},
    {"DEALLOCATE", "order [sku [qty]]", ":lines released",
     "Releases an order, its lines of one SKU, or one line; withdraws those that are short", "stock", "0.1.0",
     1, 3, write, false, handlers::deallocate},
    {"ADDBATCH", "batch sku qty [eta]", "+OK",
     "Adds a batch of stock, in the warehouse or arriving on a day", "stock", "0.1.0",
     3, 4, write | fast, false, handlers::add_batch},
    {"SETQTY", "batch qty", ":lines released",
     "Sets what a batch holds in all; lines that no longer fit are allocated again", "stock", "0.1.0",
     2, 2, write, false, handlers::set_quantity},
    {"RESCHEDULE", "batch eta", "+OK",
     "Moves a batch to another day; its allocations stay", "stock", "0.1.0",
     2, 2, write | fast, false, handlers::reschedule},
    {"RECEIVE", "batch", "+OK",
     "Notes that a batch is in the warehouse; its allocations stay", "stock", "0.1.0",
     1, 1, write | fast, false, handlers::receive},
    {"EXPLAIN", "order sku qty [sku qty ...]", "array of lines of text",
     "Tells what ALLOCATE would do, and why each batch was passed over", "stock", "0.1.0",
     3, any, read, true, handlers::explain},
    {"ALLOCATIONS", "order", "array of [sku, qty, batch]",
     "Lists the lines of an order in the order of their first allocation", "stock", "0.1.0",
     1, 1, read, false, handlers::allocations},
    {"SHORTAGES", "[sku] [AFTER lsn]", "array of [order, sku, qty, since]",
     "Lists the lines that no batch could take, until served or withdrawn, oldest first", "stock",
     "0.1.0", 0, 3, read, false, handlers::shortages},
    {"STOCK", "sku", "array of [batch, eta or warehouse, purchased, available]",
     "Lists the batches of a SKU in order of preference", "stock", "0.1.0",
     1, 1, read, false, handlers::stock},
    {"AVAILABLE", "sku [day]", ":units",
     "Counts the units available in all, or by a day", "stock", "0.1.0",
     1, 2, read, false, handlers::available},
    {"FEED", "lsn|$|AFTER cursor [COUNT facts] [BLOCK ms]",
     "[cursor, array of [lsn, time, kind, map of field and value]]",
     "Lists durable facts from an LSN on or after a cursor, or waits for the next", "stock", "0.1.0",
     1, 6, flag_outside, false, handlers::feed},
    {"EXPORT", "BATCHES|ALLOCATIONS|HELP [cursor]", "array of the last LSN, the next cursor and rows",
     "Lists all batches or allocated lines, some at a time", "stock", "0.1.0",
     1, any, read | alone, false, handlers::export_rows},
    {"IMPORT", "BATCH|ALLOCATION|ORDER|HELP [argument ...]", ":new ones",
     "Adds a batch, a line or an order as it is elsewhere, and tells what was new", "stock", "0.1.0",
     1, any, write | alone, false, handlers::import_rows},

    {"MULTI", "", "+OK; then +QUEUED to each command",
     "Begins a transaction: commands are queued until EXEC", "transactions", "0.1.0",
     0, 0, transaction, false, handlers::multi},
    {"EXEC", "", "array of the replies of all; null when a watched SKU has changed",
     "Executes what is queued as one unit, all of it durable or none", "transactions", "0.1.0",
     0, 0, always | at_once, false, handlers::exec},
    {"DISCARD", "", "+OK",
     "Ends a transaction: nothing of it is executed", "transactions", "0.1.0",
     0, 0, transaction, false, handlers::discard},
    {"WATCH", "sku [sku ...]", "+OK",
     "Has the next EXEC execute nothing when the stock of a SKU has changed until then",
     "transactions", "0.1.0", 1, any, read | fast | at_once, false, handlers::watch},
    {"UNWATCH", "", "+OK",
     "Watches no SKU any more", "transactions", "0.1.0",
     0, 0, fast | always, false, handlers::unwatch},

    {"SUBSCRIBE", "channel [channel ...]", "a confirmation for each, then messages",
     "Listens to channels", "channels", "0.1.0",
     1, any, listener, false, handlers::subscribe},
    {"UNSUBSCRIBE", "[channel ...]", "a confirmation for each",
     "Listens no more to these channels, or to any", "channels", "0.1.0",
     0, any, listener | always, false, handlers::unsubscribe},
    {"PSUBSCRIBE", "pattern [pattern ...]", "a confirmation for each, then messages",
     "Listens to all channels of a form", "channels", "0.1.0",
     1, any, listener, false, handlers::psubscribe},
    {"PUNSUBSCRIBE", "[pattern ...]", "a confirmation for each",
     "Listens no more to channels of these forms, or of any", "channels", "0.1.0",
     0, any, listener | always, false, handlers::punsubscribe},
    {"PUBLISH", "channel message", ":listeners",
     "Sends a message; on some channels, gives a command", "channels", "0.1.0",
     2, 2, write | alone, false, handlers::publish},
    {"PUBSUB", "CHANNELS|NUMSUB|NUMPAT|HELP [argument ...]", "as Redis replies",
     "Tells who listens to what", "channels", "0.1.0",
     1, any, 0, false, handlers::pubsub},

    {"PING", "[message]", "+PONG, or the message",
     "Tells that the connection works and the store is open", "connection", "0.1.0",
     0, 1, fast | flag_pubsub, false, handlers::ping},
    {"ECHO", "message", "the message",
     "Gives back any bytes", "connection", "0.1.0",
     1, 1, fast | always, false, handlers::echo},
    {"HELLO", "[2|3 [AUTH user password] [SETNAME name]]", "map of the server's properties",
     "Chooses the version of the protocol", "connection", "0.1.0",
     0, any, greeting | alone, false, handlers::hello},
    {"AUTH", "[user] password", "+OK",
     "Tells who the client is", "connection", "0.1.0",
     1, 2, greeting | alone, false, handlers::auth},
    {"CLIENT", "ID|INFO|LIST|GETNAME|SETNAME|SETINFO|NO-EVICT|NO-TOUCH|HELP [argument ...]",
     "as Redis replies", "Names the client, and lists all clients", "connection", "0.1.0",
     1, any, always | alone, false, handlers::client},
    {"SELECT", "0", "+OK",
     "Chooses the one database there is", "connection", "0.1.0",
     1, 1, fast | always, false, handlers::select},
    {"RESET", "", "+RESET",
     "Makes the connection as it was at first", "connection", "0.1.0",
     0, 0, ending, false, handlers::reset},
    {"QUIT", "", "+OK",
     "Closes the connection once its replies are sent", "connection", "0.1.0",
     0, any, ending, false, handlers::quit},

    {"HELP", "[verb]", "array of lines of text",
     "Explains all commands, or one", "server", "0.1.0",
     0, 1, always, false, handlers::help},
    {"INFO", "[section ...]", "text of key:value lines",
     "Tells how the server and its stock are doing", "server", "0.1.0",
     0, any, flag_outside | always, false, handlers::info},
    {"COMMAND", "[COUNT|LIST|INFO|DOCS|HELP [verb ...]]", "as Redis replies",
     "Describes the commands for client libraries", "server", "0.1.0",
     0, any, always, false, handlers::command},
    {"CONFIG", "GET pattern [pattern ...]", "map of name and value",
     "Tells the settings that client libraries ask for", "server", "0.1.0",
     1, any, flag_admin | always, false, handlers::config},
    {"SNAPSHOT", "", "+OK",
     "Begins a snapshot, so that a restart is quick", "server", "0.1.0",
     0, 0, storage, false, handlers::snapshot},
    {"SLOWLOG", "GET|LEN|RESET|HELP [count]", "as Redis replies",
     "Tells which commands took long", "server", "0.1.0",
     1, any, flag_admin | always | alone, false, handlers::slowlog},
    {"ROLE", "", "array of master, the last durable LSN, no replicas",
     "Tells that the server is no replica, and has none", "server", "0.1.0",
     0, 0, fast | always, false, handlers::role},
    {"LATENCY", "LATEST|HISTORY|HISTOGRAM|RESET|DOCTOR|HELP [argument ...]", "as Redis replies",
     "Tells of latency events, of which none are kept", "server", "0.1.0",
     1, any, flag_admin | always, false, handlers::latency},
    {"MODULE", "LIST|HELP", "as Redis replies",
     "Lists modules, of which there are none", "server", "0.1.0",
     1, any, flag_admin, false, handlers::modules},
    {"CLUSTER", "subcommand [argument ...]", "-ERR, as a Redis without clustering replies",
     "Tells that the server is no node of a cluster", "server", "0.1.0",
     1, any, 0, false, handlers::cluster},
});
// clang-format on

/// A verb in capitals, as two numbers: compared and hashed without a loop over its letters.
struct Verb {
    std::uint64_t head;
    std::uint64_t tail;
    friend constexpr bool operator==(const Verb&, const Verb&) = default;
};

/// Eight letters at once; other bytes stay as they are.
constexpr std::uint64_t capitals(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101;
    const std::uint64_t low7 = bytes & (0x7F * each);
    const std::uint64_t from_a = low7 + (0x80 - 'a') * each;        // top bit: at least 'a'
    const std::uint64_t beyond_z = low7 + (0x80 - 'z' - 1) * each;  // top bit: beyond 'z'
    const std::uint64_t letters = from_a & ~beyond_z & ~bytes & (0x80 * each);
    return bytes - (letters >> 2U);  // 0x20 less
}

constexpr Verb verb_of(std::string_view name) noexcept {
    std::array<char, verb_bytes_max> bytes{};
    std::copy(name.begin(), name.end(), bytes.begin());
    const auto both = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
    return {capitals(both[0]), capitals(both[1])};
}

constexpr std::size_t slots = 128;

constexpr std::size_t slot_of(const Verb& verb) noexcept {
    return ((verb.head ^ (verb.tail * 3)) * 0x9E37'79B9'7F4A'7C15) >> 57U;
}

struct Slot {
    Verb verb{};
    std::uint8_t size = 0;
    std::uint8_t spec = 0;
};

/// Open addressing, built by the compiler.
constexpr std::array<Slot, slots> verbs = [] {
    std::array<Slot, slots> table{};
    static_assert(specs.size() < slots / 2);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const Verb verb = verb_of(specs[i].name);
        std::size_t at = slot_of(verb);
        while (table[at].size != 0) at = (at + 1) % slots;
        table[at] = {verb, static_cast<std::uint8_t>(specs[i].name.size()),
                     static_cast<std::uint8_t>(i)};
    }
    return table;
}();

}  // namespace

std::span<const CommandSpec> command_table() noexcept { return specs; }

const CommandSpec* find_command(std::string_view name) noexcept {
    if (name.empty() || name.size() > verb_bytes_max) return nullptr;
    const Verb verb = verb_of(name);
    for (std::size_t at = slot_of(verb); verbs[at].size != 0; at = (at + 1) % slots) {
        if (verbs[at].verb == verb && verbs[at].size == name.size()) {
            return &specs[verbs[at].spec];
        }
    }
    return nullptr;
}

std::size_t place_of(const CommandSpec* spec) noexcept {
    static_assert(specs.size() <= Counters::verbs_max);
    return spec == nullptr ? Counters::verbs_max : static_cast<std::size_t>(spec - specs.data());
}

std::string wanted_arguments(std::string_view syntax) {
    return ", where it takes " + std::string{syntax.empty() ? "none" : syntax};
}

}  // namespace allot

#include "tests/commands/commands.hpp"

#include <algorithm>
#include <stdexcept>

#include "net/commands/registry.hpp"
#include "net/schema/values.hpp"
#include "net/text/ascii_case.hpp"

namespace allot::testing {

namespace {

constexpr std::string_view transaction = "MULTI";

constexpr Weight all_weights[] = {
    {"ADDBATCH", 12, 12, 1, 60},
    {"ALLOCATE", 32, 32},
    {"DEALLOCATE", 10, 10},
    {"SETQTY", 10, 10, 0, 60},
    {"RESCHEDULE", 5, 5},
    {"RECEIVE", 3, 3},
    {"EXPLAIN", 5, 5},
    {"STOCK", 3, 3},
    {"BATCH", 3, 3},
    {"AVAILABLE", 4, 4},
    {"ALLOCATIONS", 4, 4},
    {"SHORTAGES", 4, 4},
    {"PING", 2, 2},
    // Of a transaction with the feed in it, a reply would be too large for the model to predict.
    {"FEED", 6, 0, 1, 9, &Commands::feed},
    {"WATCH", 6, 1, 1, 1, &Commands::watch},
    {"UNWATCH", 1, 1},
    {transaction, 14, 1},
    {"EXEC", 1, 0},
    {"DISCARD", 1, 0},
    {"FROB", 2, 1},
};

const Undrawn all_undrawn[] = {
    {"they move the stock of another system: tests/net/cli/import_export_test.cpp, "
     "tests/net/cli/csv/tables_test.cpp",
     {"EXPORT", "IMPORT"}},
    {"the model receives no messages: tests/net/resp/channels_test.cpp, "
     "tests/crash/listeners.py",
     {"SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "PUBLISH", "PUBSUB"}},
    {"they are about a connection, not about stock: "
     "tests/net/resp/connection_commands_test.cpp",
     {"ECHO", "HELLO", "AUTH", "CLIENT", "SELECT", "RESET", "QUIT"}},
    {"their replies depend on more than stock: tests/net, tests/e2e",
     {"HELP", "INFO", "COMMAND", "CONFIG", "SLOWLOG", "ROLE", "LATENCY", "MODULE", "CLUSTER"}},
    {"the simulation takes snapshots by itself", {"SNAPSHOT"}},
};

}  // namespace

std::string sku_name(std::uint64_t number) { return "Red chair " + std::to_string(number); }
std::string order_name(std::uint64_t number) { return "order № " + std::to_string(number); }
std::string batch_name(std::uint64_t number) { return "größe-" + std::to_string(number); }

std::span<const Weight> weights() { return all_weights; }
std::span<const Undrawn> undrawn() { return all_undrawn; }

Commands::Commands(Chance& chance, std::uint64_t skus, const Filter& filter)
    : chance_{chance}, skus_{skus}, weights_{std::begin(all_weights), std::end(all_weights)} {
    for (Weight& each : weights_) {
        if (!filter(each.verb, false)) each.alone = 0;
        if (!filter(each.verb, true)) each.queued = 0;
    }
}

bool Commands::any(std::string_view /*verb*/, bool /*queued*/) { return true; }

bool Commands::changes(std::string_view verb, bool queued) {
    const CommandSpec* const spec = command_table().find(verb);
    return spec != nullptr && (spec->has(flag_write) || (verb == transaction && !queued));
}

Unit Commands::draw() {
    constexpr std::uint64_t queued_max = 6;
    const Weight& drawn = pick(&Weight::alone);
    Unit unit{draw(drawn)};
    if (drawn.verb != transaction) return unit;
    for (std::uint64_t left = chance_.below(queued_max + 1); left > 0; --left) {
        unit.push_back(draw(pick(&Weight::queued)));
    }
    unit.push_back({chance_.one_in(12) ? "DISCARD" : "EXEC"});
    return unit;
}

const Weight& Commands::pick(unsigned Weight::*weight) {
    std::uint64_t all = 0;
    for (const Weight& each : weights_) all += each.*weight;
    std::uint64_t drawn = chance_.below(all);
    return *std::ranges::find_if(weights_, [&](const Weight& each) {
        const bool is_here = drawn < each.*weight;
        drawn -= each.*weight;
        return is_here;
    });
}

Words Commands::draw(const Weight& drawn) {
    const CommandSpec* const spec = command_table().find(drawn.verb);
    Words words{std::string{drawn.verb}};
    const Words arguments = drawn.arguments != nullptr ? (this->*drawn.arguments)()
                            : spec != nullptr          ? draw_fields(spec->fields, drawn)
                                                       : Words{};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

Words Commands::draw_fields(std::span<const Field> fields, const Weight& drawn) {
    Words words;
    bool is_given = true;  // a word behind one that is left out would be taken for that
    for (const Field& field : fields) {
        switch (field.role) {
            case Role::required:
                words.push_back(value(field, drawn));
                break;
            case Role::optional:
                is_given = is_given && chance_.one_in(2);
                if (is_given) words.push_back(value(field, drawn));
                break;
            case Role::keyword:
                if (chance_.one_in(3)) {
                    words.insert(words.end(), {upper_case(field.name), value(field, drawn)});
                }
                break;
            case Role::lines:
                for (std::uint64_t lines = chance_.one_in(4) ? 2 + chance_.below(3) : 1; lines > 0;
                     --lines) {
                    words.insert(words.end(), {sku(), number(drawn.units_min, drawn.units_max)});
                }
        }
    }
    return words;
}

std::string Commands::value(const Field& field, const Weight& drawn) {
    if (field.noun == ValueOf<Sku>::noun) return sku();
    if (field.noun == ValueOf<OrderId>::noun) return order_name(chance_.below(orders_drawn));
    if (field.noun == ValueOf<BatchRef>::noun) return batch_name(chance_.below(2 * skus_ + 4));
    if (field.noun == ValueOf<Quantity>::noun) return number(drawn.units_min, drawn.units_max);
    if (field.noun == ValueOf<Lsn>::noun) return number(0, 90);
    if (field.noun == ValueOf<Eta>::noun) {
        const std::uint64_t day = chance_.below(10);
        return day < 5 ? "warehouse" : "2011-01-0" + std::to_string(day - 4);
    }
    throw std::logic_error{"no value is drawn for " + std::string{field.name} + " of " +
                           std::string{drawn.verb}};
}

Words Commands::feed() {
    Words words{chance_.one_in(2) ? "$" : number(0, 90)};
    if (chance_.one_in(2)) words = {"AFTER", std::string{any_cursor}};
    if (chance_.one_in(2)) words.insert(words.end(), {"COUNT", number(1, 9)});
    return words;
}

}  // namespace allot::testing

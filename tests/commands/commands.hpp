#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/schema/spec.hpp"
#include "tests/commands/chance.hpp"
#include "tests/commands/words.hpp"

namespace allot::testing {

/// A command; or a transaction, from MULTI to EXEC or DISCARD.
using Unit = std::vector<Words>;

// Names as retailers give them: with spaces, and letters beyond ASCII. They are few, so that
// commands meet.
inline constexpr std::uint64_t skus_drawn = 4;
inline constexpr std::uint64_t orders_drawn = 12;
[[nodiscard]] std::string sku_name(std::uint64_t number);
[[nodiscard]] std::string order_name(std::uint64_t number);
[[nodiscard]] std::string batch_name(std::uint64_t number);
/// Stands for a cursor that the feed has returned.
inline constexpr std::string_view any_cursor = "?";

class Commands;

/// How often a command is drawn, among all by themselves and among those that are queued.
struct Weight {
    std::string_view verb;
    unsigned alone;
    unsigned queued;
    std::uint64_t units_min = 1, units_max = 15;
    Words (Commands::*arguments)() = nullptr;  ///< of a command that describes no fields
};
/// The simplest first. The last one is no command of the server.
[[nodiscard]] std::span<const Weight> weights();

/// Commands of the server that are not drawn.
struct Undrawn {
    std::string_view why;
    std::vector<std::string_view> verbs;
};
[[nodiscard]] std::span<const Undrawn> undrawn();

/// Random commands. What a command consists of is read from its description in
/// net/commands/registry.hpp, so that a field that is new there is drawn as well.
class Commands {
public:
    /// Whether a command is drawn, by itself or among those that are queued.
    using Filter = std::function<bool(std::string_view verb, bool queued)>;

    explicit Commands(Chance& chance, std::uint64_t skus = skus_drawn, const Filter& filter = any);
    [[nodiscard]] Unit draw();

    [[nodiscard]] static bool any(std::string_view verb, bool queued);
    /// Those that change stock, and transactions of them.
    [[nodiscard]] static bool changes(std::string_view verb, bool queued);

    // Arguments of commands that describe no fields.
    [[nodiscard]] Words feed();
    [[nodiscard]] Words watch() { return {sku()}; }

private:
    [[nodiscard]] const Weight& pick(unsigned Weight::*weight);
    [[nodiscard]] Words draw(const Weight& drawn);
    [[nodiscard]] Words draw_fields(std::span<const Field> fields, const Weight& drawn);
    [[nodiscard]] std::string value(const Field& field, const Weight& drawn);
    [[nodiscard]] std::string number(std::uint64_t from, std::uint64_t to) {
        return std::to_string(from + chance_.below(to - from + 1));
    }
    [[nodiscard]] std::string sku() { return sku_name(chance_.below(skus_)); }

    Chance& chance_;
    std::uint64_t skus_;
    std::vector<Weight> weights_;
};

}  // namespace allot::testing

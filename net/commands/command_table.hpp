#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/core/call.hpp"

namespace allot {

/// How a command is treated, and what COMMAND tells of it. Bits.
enum CommandFlags : std::uint16_t {
    flag_write = 1,       ///< changes stock: executed with the backend's turn held
    flag_read = 2,        ///< looks at stock: likewise
    flag_fast = 4,        ///< constant or logarithmic time
    flag_admin = 8,       ///< for an operator
    flag_no_auth = 16,    ///< may come before AUTH
    flag_outside = 32,    ///< executed without the turn, because it asks the storage
    flag_pubsub = 64,     ///< of version 2, allowed to a client that listens to channels
    flag_loading = 128,   ///< executed although the store is not open yet
    flag_no_multi = 256,  ///< not allowed between MULTI and EXEC
    flag_at_once = 512,   ///< executed between MULTI and EXEC, where others are queued
};

/// A row of the table from which the arity checks, HELP, COMMAND, the manual page and the table
/// in net/resp/PROTOCOL.md are made.
struct CommandSpec {
    std::string_view name;  ///< in capitals, at most verb_bytes_max
    std::string_view syntax;
    std::string_view reply;
    std::string_view summary;
    std::string_view group;  ///< stock, connection or server
    std::string_view since;
    std::uint16_t args_min;  ///< after the verb
    std::uint16_t args_max;  ///< any_number: no bound but the request's
    std::uint16_t flags;
    bool pairs;  ///< what is beyond args_min comes in pairs
    Handler handler;

    static constexpr std::uint16_t any_number = 0xFFFF;

    [[nodiscard]] constexpr bool has(CommandFlags flag) const noexcept {
        return (flags & flag) != 0;
    }
    [[nodiscard]] constexpr bool touches_stock() const noexcept {
        return (flags & (flag_write | flag_read)) != 0;
    }
    /// \param args how many came after the verb.
    [[nodiscard]] constexpr bool accepts(std::size_t args) const noexcept {
        return args >= args_min && (args <= args_max || args_max == any_number) &&
               (!pairs || (args - args_min) % 2 == 0);
    }
    /// As COMMAND gives it: the verb counted; negative for "at least".
    [[nodiscard]] constexpr int arity() const noexcept {
        return args_min == args_max ? args_min + 1 : -(args_min + 1);
    }
};

inline constexpr std::size_t verb_bytes_max = 16;

/// By group, each in the order in which one would explain them.
[[nodiscard]] std::span<const CommandSpec> command_table() noexcept;

/// Upper or lower case. \return null when there is no such command. Does not allocate.
[[nodiscard]] const CommandSpec* find_command(std::string_view verb) noexcept;

/// Its place in Counters::verbs; that of no command for null.
[[nodiscard]] std::size_t place_of(const CommandSpec* spec) noexcept;

/// Said of a number of arguments that is not taken: `, where it takes [sku] [AFTER lsn]`.
[[nodiscard]] std::string wanted_arguments(std::string_view syntax);

}  // namespace allot

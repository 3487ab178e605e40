#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/schema/spec.hpp"

namespace allot {

inline constexpr std::size_t verb_bytes_max = 16;

/// All commands, by group; within a group, in the order of HELP.
[[nodiscard]] std::span<const CommandSpec> command_table() noexcept;

/// Finds a command by its verb in upper or lower case, without allocating. \return null if there is
/// none.
[[nodiscard]] const CommandSpec* find_command(std::string_view verb) noexcept;

/// The command's index in Counters::verbs; for null, the index that counts unknown verbs.
[[nodiscard]] std::size_t index_of(const CommandSpec* spec) noexcept;

}  // namespace allot

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/schema/spec.hpp"

namespace allot {

inline constexpr std::size_t verb_bytes_max = 16;

/// By group, each in the order in which one would explain them.
[[nodiscard]] std::span<const CommandSpec> command_table() noexcept;

/// Upper or lower case. \return null when there is no such command. Does not allocate.
[[nodiscard]] const CommandSpec* find_command(std::string_view verb) noexcept;

/// Its index in Counters::verbs; that of no command for null.
[[nodiscard]] std::size_t index_of(const CommandSpec* spec) noexcept;

}  // namespace allot

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "net/commands/spec.hpp"
#include "net/text/ascii_case.hpp"

namespace allot {

inline constexpr std::size_t verb_bytes_max = 16;

/// By group, each in the order in which one would explain them.
[[nodiscard]] std::span<const CommandSpec> command_table() noexcept;

/// Upper or lower case. \return null when there is no such command. Does not allocate.
[[nodiscard]] const CommandSpec* find_command(std::string_view verb) noexcept;

/// Its index in Counters::verbs; that of no command for null.
[[nodiscard]] std::size_t place_of(const CommandSpec* spec) noexcept;

/// Said of a number of arguments that is not taken: `, where it takes [sku] [AFTER lsn]`.
[[nodiscard]] std::string wanted_arguments(std::string_view syntax);

}  // namespace allot

#pragma once

#include <array>

#include "net/schema/spec.hpp"

namespace allot::commands {

namespace specs {
extern const CommandSpec allocate, deallocate, explain, allocations, shortages;
}  // namespace specs

/// The commands of orders, in the order of HELP.
inline constexpr std::array of_orders{&specs::allocate, &specs::deallocate, &specs::explain,
                                      &specs::allocations, &specs::shortages};

}  // namespace allot::commands

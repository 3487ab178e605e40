#pragma once

#include <array>

#include "net/schema/spec.hpp"

namespace allot::commands {

namespace specs {
extern const CommandSpec add_batch, set_quantity, reschedule, receive, stock, batch, available;
}  // namespace specs

/// The commands of batches and SKUs, in the order of HELP.
inline constexpr std::array of_batches{&specs::add_batch, &specs::set_quantity, &specs::reschedule,
                                       &specs::receive,   &specs::stock,        &specs::batch,
                                       &specs::available};

}  // namespace allot::commands

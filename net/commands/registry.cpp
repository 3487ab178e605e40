#include "net/commands/registry.hpp"

#include "net/commands/batches/batch_commands.hpp"
#include "net/commands/orders/order_commands.hpp"
#include "net/commands/server_commands.hpp"
#include "net/resp/session_commands.hpp"

namespace allot {

namespace {

constexpr auto families = std::to_array<CommandTable::Family>(
    {commands::of_orders, commands::of_batches, commands::of_transfers, commands::of_sessions,
     commands::of_server});

// Built before main(), when the constants that it copies are there.
const CommandTable all_commands{families};

}  // namespace

const CommandTable& command_table() noexcept { return all_commands; }

}  // namespace allot

#pragma once

#include "net/schema/call.hpp"

namespace allot {

/// Executes the message of a PUBLISH to a channel of commands: a JSON object whose fields make one.
/// \param saw set to the LSN that the command's reply waits for.
/// \return false after replying with an error. Logs a warning if the message is no command.
[[nodiscard]] bool execute_message(const Call& call, Lsn& saw);

}  // namespace allot

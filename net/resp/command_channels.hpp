#pragma once

#include "net/schema/call.hpp"

namespace allot {

/// Executes the message of a PUBLISH where its channel takes commands: a JSON object whose fields
/// make one. \param saw becomes what the command's reply waits for.
/// \return false when it was refused, with the error as the reply. Logs a warning if the message is
/// no command.
[[nodiscard]] bool execute_message(const Call& call, Lsn& saw);

}  // namespace allot

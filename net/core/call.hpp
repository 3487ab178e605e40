#pragma once

#include <span>
#include <string_view>

#include "engine/commands.hpp"
#include "net/core/reply_writer.hpp"
#include "net/core/server_context.hpp"
#include "net/core/session.hpp"

namespace allot {

/// One command being executed.
struct Call {
    /// The verb first. Their number is what the command table allows.
    std::span<const std::string_view> args;
    Conversation& session;
    Hub& hub;
    ReplyWriter& reply;

    [[nodiscard]] MessageBus& bus() const noexcept { return *hub.backend.bus; }
    /// What a reply that looked at the stock waits for.
    [[nodiscard]] Lsn last_lsn() const noexcept { return hub.backend.journal->last(); }

    /// Replies with an error, and counts it.
    template <class... Parts>
    void fail(ErrorCode code, const Parts&... parts) const {
        hub.counters.count(code);
        reply.error(code, parts...);
    }
};

/// Executes a command and appends exactly one reply, or lets Session::refuse_later() do so.
/// \return the LSN of the last fact that the reply could have seen; no_lsn when it looked at none.
using Handler = Lsn (*)(Call& call);
inline constexpr Lsn no_lsn = 0;

}  // namespace allot

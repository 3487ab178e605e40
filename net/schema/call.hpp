#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/message_bus.hpp"
#include "net/core/reply_writer.hpp"
#include "net/core/server_context.hpp"
#include "net/core/session.hpp"
#include "net/schema/failure.hpp"
#include "net/schema/spec.hpp"

namespace allot {

/// The context of a command, in any protocol.
struct Context {
    ServerContext& server;
    Session& session;

    [[nodiscard]] MessageBus& bus() const noexcept { return *server.store.backend.bus; }
    [[nodiscard]] Repository& repository() const noexcept { return bus().repository(); }
    /// The LSN that a reply about the stock waits for.
    [[nodiscard]] Lsn last_lsn() const noexcept { return server.store.backend.journal->last(); }
};

/// One command over RESP being executed.
struct Call : Context {
    const CommandSpec* spec;  ///< null: there is no such command
    /// The verb, then arguments in a number that the specification allows.
    std::span<const std::string_view> args;
    ReplyWriter& reply;
    /// The prefetched line of an ALLOCATE of one line; null: none.
    const LineLookup* found = nullptr;

    /// Replies with an error, and counts it.
    template <class... Parts>
    void fail(ErrorCode code, const Parts&... parts) const {
        server.counters.count(code);
        reply.error(code, parts...);
    }
    void fail(const Failure& failure) const { fail(failure.code, failure.text); }
};

void refuse(Call& call, Refusal refusal, RefusalContext subject);

/// Returns the usage of a command: `ALLOCATE order sku quantity [sku quantity ...]`.
[[nodiscard]] std::string usage_of(std::string_view name, std::string_view syntax);

/// Returns the end of an error about the number of arguments: `, expected [sku] [AFTER lsn]`.
[[nodiscard]] std::string wanted_arguments(std::string_view syntax);

}  // namespace allot

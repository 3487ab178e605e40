#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/core/counters.hpp"
#include "net/core/idempotency_cache.hpp"
#include "net/core/password.hpp"
#include "net/core/pub_sub.hpp"
#include "net/core/rate_limited_log.hpp"
#include "net/core/request.hpp"
#include "net/core/server_clock.hpp"
#include "net/core/store_access.hpp"
#include "net/core/timings.hpp"
#include "net/limits.hpp"

namespace allot {

class CommandTable;
class Session;

/// The server's properties in INFO, and its rule for host names.
struct ServerIdentity {
    std::size_t clients_max = 0;  ///< connections of both protocols
    std::uint16_t port = 0;
    std::uint16_t http_port = 0;  ///< 0: HTTP is not served
    std::string run_id;           ///< 40 hexadecimal digits, new with each start
    /// Refuses HTTP requests of web pages of other sites: docs/security.md.
    bool http_local_names_only = false;
};

/// The resources that connections hold now.
struct ConnectionUsage {
    std::size_t http_clients = 0;   ///< connections that speak HTTP
    std::size_t event_streams = 0;  ///< connections that receive the feed over HTTP
    std::size_t buffer_bytes = 0;   ///< memory of all sessions, as each accounted last
    std::size_t output_bytes = 0;   ///< queued for all of them, likewise
};

/// The state that the sessions of one server share. It reads no clock and knows no socket, so that
/// a simulation can run sessions as a server does. Used by the thread of its sessions.
class ServerContext {
public:
    using Time = ServerClock::Time;

    /// Until open(), commands that need the store are answered with the progress of its opening.
    /// \param all, \param on outlive the context.
    ServerContext(const CommandTable& all, const Loading& on, SessionLimits within = {},
                  std::optional<Password> secret = {})
        : commands{all}, store{on}, limits{within}, password{secret} {}
    ServerContext(const ServerContext&) = delete;
    ServerContext& operator=(const ServerContext&) = delete;

    /// Begins to use the opened store.
    void open(Backend backend) {
        store.open(std::move(backend));
        pub_sub = PubSub{store.backend.history};
    }

    const CommandTable& commands;
    StoreAccess store;
    SessionLimits limits;
    std::optional<Password> password;  ///< none: clients need not authenticate
    ServerClock clock;
    ServerIdentity identity;
    ConnectionUsage usage;
    Counters counters;
    Timings timings;
    PubSub pub_sub{nullptr};
    RateLimitedLog warnings;  ///< set by the program
    /// Requests of the slice that is being executed; here so that sessions share the memory.
    PrefetchWindow window;
    /// First answers to HTTP requests that carry an Idempotency-Key.
    IdempotencyCache idempotency{remembered_bytes_max};

    /// A session of RESP.
    struct Entered {
        std::uint64_t id;
        Session* session;
    };
    /// \return the session's id, from 1, never given out again.
    std::uint64_t enter(Session& session);
    /// \pre it has entered
    void leave(std::uint64_t id) noexcept;
    /// The sessions of RESP, in the order of their ids.
    [[nodiscard]] const std::vector<Entered>& sessions() const noexcept { return sessions_; }

private:
    std::vector<Entered> sessions_;
    std::uint64_t last_id_ = 0;
};

}  // namespace allot

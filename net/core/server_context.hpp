#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/core/backend.hpp"
#include "net/core/counters.hpp"
#include "net/core/idempotency_cache.hpp"
#include "net/core/loading.hpp"
#include "net/core/password.hpp"
#include "net/core/pub_sub.hpp"
#include "net/core/rate_limited_log.hpp"
#include "net/core/request.hpp"
#include "net/core/timings.hpp"
#include "net/limits.hpp"

namespace allot {

class Conversation;

/// What the sessions of one server share. Reads no clock and knows no socket, so that a simulation
/// can run sessions as a server does. Of one thread, as its sessions are.
class Hub {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Hub(Backend with, SessionLimits within = {}, std::optional<Password> secret = {})
        : limits{within}, password{secret} {
        open(std::move(with));
    }
    /// Of a store that is being opened: until open(), what asks for it is answered with how far
    /// that is. \param on outlives the hub.
    explicit Hub(const Loading& on, SessionLimits within = {}, std::optional<Password> secret = {})
        : loading{&on}, limits{within}, password{secret} {}
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    /// The store is open.
    void open(Backend with) {
        backend = std::move(with);
        store_lock = std::unique_lock{*backend.mutex, std::defer_lock};
        channels = Channels{backend.history};
        loading = nullptr;
    }

    /// Of nothing while `loading`.
    Backend backend;
    const Loading* loading = nullptr;
    /// Held from the first command of a round that touches stock until its end.
    std::unique_lock<StoreMutex> store_lock;
    SessionLimits limits;
    /// Without one, everybody is let in.
    std::optional<Password> password;
    Counters counters;
    Timings timings;
    Channels channels{nullptr};
    BoundedWarnings warnings;  ///< set by whoever drives the sessions
    /// Set by whoever drives the sessions, before each turn.
    Time now{};
    Time started{};
    std::size_t clients_max = 0;    ///< for INFO
    std::uint16_t port = 0;         ///< for INFO
    std::uint16_t http_port = 0;    ///< for INFO; 0: none
    std::string run_id;             ///< for INFO: 40 hexadecimal digits, of this run of the server
    std::size_t http_clients = 0;   ///< connections that speak HTTP, which are not sessions()
    std::size_t event_streams = 0;  ///< of the HTTP clients, those that are told of facts
    /// The time of day as HTTP writes it, kept by whoever drives the sessions. Empty: not told.
    std::string http_date;
    std::int64_t unix_time = 0;  ///< likewise, seconds since 1970
    std::int64_t unix_started = 0;
    std::size_t buffer_bytes = 0;  ///< of all sessions, as each told when it last knew
    std::size_t output_bytes = 0;  ///< queued for all of them, likewise
    /// Requests that name another host than this machine are refused: they were led here.
    bool http_local_names_only = false;
    /// Set once the storage has failed: what changes stock is refused from then on.
    bool storage_failed = false;
    /// Requests of the turn that is being executed; here so that their memory is shared.
    Lookahead lookahead;
    /// First answers to requests over HTTP that carry a key.
    RememberedAnswers answers{remembered_bytes_max};

    /// Sessions take their turns in rounds, under one lock of the backend: all that have something
    /// to execute, one after the other. Whoever drives them ends the round before he releases
    /// replies, and before he waits for anything: with that, what was done is on its way to disk.
    void end_round() noexcept {
        if (store_lock.owns_lock()) store_lock.unlock();
    }

    /// The last LSN that may be acknowledged.
    [[nodiscard]] Lsn durable() const noexcept {
        return backend.journal == nullptr ? 0 : backend.journal->durable();
    }

    /// True when everything that can be seen may be shown: always, until the storage has failed,
    /// because a reply waits for the durability of what it saw. From then on nothing becomes
    /// durable: what changed last is perhaps not, and then no reply may tell of it.
    [[nodiscard]] bool may_show_stock() const noexcept {
        return !storage_failed || backend.journal->last() <= backend.journal->durable();
    }

    /// A session of the line protocol.
    struct Entered {
        std::uint64_t id;
        Conversation* session;
    };
    /// \return the session's id, from 1, never given out again.
    std::uint64_t enter(Conversation& session);
    /// \pre it has entered
    void leave(std::uint64_t id) noexcept;
    /// In order of their ids.
    [[nodiscard]] const std::vector<Entered>& sessions() const noexcept { return sessions_; }

private:
    std::vector<Entered> sessions_;
    std::uint64_t last_id_ = 0;
};

}  // namespace allot

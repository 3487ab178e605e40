#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/history.hpp"
#include "net/core/fact_view.hpp"
#include "net/core/server_context.hpp"

namespace allot::http {

inline constexpr std::string_view events_type = "text/event-stream";

/// Which facts a client wants to receive.
struct EventQuery {
    Lsn from = 1;
    /// The history that the client knows and that has gone another way; `from` follows on what
    /// both have.
    std::optional<HistoryId> diverged = {};
    EventKinds kinds = all_event_kinds;
};

/// The feed as server-sent events: the bytes of a body without an end, and the place that it has
/// reached. Only durable facts are shown. Holds no file open between two calls. Knows no socket.
class EventStream {
public:
    /// \param is_chunked each piece is a chunk of HTTP/1.1; else the body ends with the connection.
    /// \pre the server has a history
    EventStream(ServerContext& server, const EventQuery& query, bool is_chunked) noexcept
        : server_{server}, query_{query}, is_chunked_{is_chunked}, shown_{query.from - 1} {
        ++server_.usage.event_streams;
    }
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;
    ~EventStream() { --server_.usage.event_streams; }

    /// How soon to come back, and from where: so a client that loses its connection before the
    /// first fact misses nothing, whatever it asked for. To one that knows another history, from
    /// where on what it knows has not happened here.
    void begin(std::string& out);
    enum class State : std::uint8_t {
        more,    ///< facts are there: to be called again once other sessions have run
        waits,   ///< for next(), until heartbeat_due()
        ended,   ///< append_end() is to follow
        failed,  ///< the history cannot be read
    };
    /// Appends the next facts of those that are there, or what keeps the connection alive, once
    /// that is due. An event of its own says so where the next facts are not kept any more.
    [[nodiscard]] State advance(std::string& out);
    /// Appends what ends the body.
    void append_end(std::string& out) const;

    /// The LSN of the next fact.
    [[nodiscard]] Lsn next() const noexcept { return query_.from; }
    [[nodiscard]] ServerContext::Time heartbeat_due() const noexcept { return heartbeat_due_; }

private:
    [[nodiscard]] FactHistory& history() const noexcept { return *server_.store.backend.history; }
    void append_facts(std::string& out);
    void append_heartbeat(std::string& out);
    void append_piece(std::string& out, std::string_view text) const;
    void append_position(std::string& text) const;

    ServerContext& server_;
    EventQuery query_;
    bool is_chunked_;
    Lsn shown_;  // the client knows that it has come so far
    ServerContext::Time heartbeat_due_{};
};

}  // namespace allot::http

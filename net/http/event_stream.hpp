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

/// The facts that a client wants to receive.
struct EventQuery {
    Lsn from = 1;
    /// The client's history, if it differs from the store's; `from` then is the first LSN after the
    /// facts that both have.
    std::optional<HistoryId> diverged = {};
    EventKinds kinds = all_event_kinds;
};

/// The durable facts as server-sent events: makes the bytes of the body, and keeps its position.
/// Holds no file open between two calls. Knows no socket.
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

    /// Appends the delay before a reconnect and the position, so that a client which loses its
    /// connection before the first fact misses nothing. For a client of another history, appends
    /// `diverged` with the last LSN that both have.
    void begin(std::string& out);
    enum class State : std::uint8_t {
        more,    ///< more facts are durable: call again once other sessions have run
        waits,   ///< for next(), until heartbeat_due()
        ended,   ///< append_end() must follow
        failed,  ///< the history cannot be read
    };
    /// Appends the next durable facts, or a heartbeat if it is due. Appends `trimmed` if the next
    /// facts are no longer kept.
    [[nodiscard]] State advance(std::string& out);
    /// Ends the body.
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
    Lsn shown_;  // the last LSN that an event sent had as its id
    ServerContext::Time heartbeat_due_{};
};

}  // namespace allot::http

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/history.hpp"
#include "net/core/fact_view.hpp"

namespace allot::http {

inline constexpr std::string_view events_type = "text/event-stream";

/// What a client wants to be told of.
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
    /// \param history outlives the stream.
    EventStream(FactHistory& history, const EventQuery& query, bool is_chunked) noexcept
        : history_{history}, query_{query}, is_chunked_{is_chunked}, told_{query.from - 1} {}

    /// The LSN of the next fact.
    [[nodiscard]] Lsn next() const noexcept { return query_.from; }

    /// How soon to come back, and from where: so a client that loses its connection before the
    /// first fact misses nothing, whatever it asked for. To one that knows another history, from
    /// where on what it knows has not happened here.
    void append_begin(std::string& out) const;
    /// Appends the next facts of those that are there, `most` at the most.
    /// \return how many were looked at: with some kinds only, fewer may be shown.
    /// \throws TrimmedHistory, std::exception as FactCursor::take(); nothing was appended then.
    std::size_t append_facts(std::string& out, std::size_t most);
    /// Appends what keeps the connection alive, and the place where facts were passed over.
    void append_heartbeat(std::string& out);
    /// Appends a last event: the next facts are not kept any more.
    void append_trimmed(std::string& out, Lsn oldest) const;
    /// Appends what ends the body.
    void append_end(std::string& out) const;

private:
    void append_piece(std::string& out, std::string_view text) const;
    void append_position(std::string& text) const;

    FactHistory& history_;
    EventQuery query_;
    bool is_chunked_;
    Lsn told_;  // the client knows that it has come so far
};

}  // namespace allot::http

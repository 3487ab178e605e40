#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace allot {

inline constexpr std::size_t kibibyte = 1024;

/// How large a request may be. Nothing is reserved on the word of a client: memory grows with the
/// bytes that have arrived, up to these.
struct RequestLimits {
    std::size_t line_bytes_max = 64 * kibibyte;       ///< of an inline command with its line end
    std::size_t argument_bytes_max = 64 * kibibyte;   ///< of one argument
    std::size_t arguments_max = 4096;                 ///< of one request, the verb included
    std::size_t request_bytes_max = 1024 * kibibyte;  ///< of one request, framing included
    /// False: protocol errors have the texts that Redis sends before AUTH.
    bool authenticated = true;

    /// For a client that has not said who it is, where a password is asked for: enough for AUTH
    /// and HELLO, and never more than for the others.
    [[nodiscard]] constexpr RequestLimits before_auth() const noexcept {
        return {.line_bytes_max = std::min(line_bytes_max, 4 * kibibyte),
                .argument_bytes_max = std::min(argument_bytes_max, 16 * kibibyte),
                .arguments_max = std::min(arguments_max, std::size_t{10}),
                .request_bytes_max = std::min(request_bytes_max, 176 * kibibyte),
                .authenticated = false};
    }
};

/// What one session may hold, and how much it may execute before other sessions run.
struct SessionLimits {
    RequestLimits request{};
    /// Reading and executing stop while this much output is queued, held replies included.
    std::size_t output_pause_bytes = 256 * kibibyte;
    /// A reply that alone would be larger is replaced by an error. With output_pause_bytes this
    /// is the most that a client can make the server queue for it.
    std::size_t reply_bytes_max = 768 * kibibyte;
    /// A connection with more queued output than this is closed.
    std::size_t output_bytes_max = 1024 * kibibyte;
    /// Commands executed before other sessions run, however many have been read.
    std::size_t commands_per_slice = 512;
    /// A wrong password is answered this much later, at the least, and nothing else of its client
    /// is executed meanwhile.
    std::chrono::milliseconds wrong_password_delay{500};
    /// So many in a row end the connection.
    std::size_t wrong_passwords_max = 10;

    /// Keeps the three bounds of the output in proportion.
    constexpr void set_output_bytes_max(std::size_t bytes) noexcept {
        output_pause_bytes = bytes / 4;
        reply_bytes_max = bytes - output_pause_bytes;
        output_bytes_max = bytes;
    }
};

/// Of a request over HTTP: its request line and header, and what a chunk says of itself.
inline constexpr std::size_t http_header_bytes_max = 8 * kibibyte;
/// Header fields of a request, its trailer's included.
inline constexpr std::size_t http_fields_max = 64;
/// Bytes of an Idempotency-Key, and of all answers that are remembered for such keys.
inline constexpr std::size_t idempotency_key_bytes_max = 128;
inline constexpr std::size_t remembered_bytes_max = 8 * kibibyte * kibibyte;

/// Lines of one order, in ALLOCATE and EXPLAIN.
inline constexpr std::size_t order_lines_max = 1000;
/// Candidate batches of one EXPLAIN, over all its lines.
inline constexpr std::size_t explained_batches_max = 10'000;
/// Rows of one reply to SHORTAGES; the last one's LSN asks for what follows.
inline constexpr std::size_t shortage_rows_max = 1000;
/// Rows of one reply to EXPORT.
inline constexpr std::size_t exported_rows_max = 1000;
/// With more shortages than this, a session yields after each SHORTAGES, which examines all.
inline constexpr std::size_t shortages_per_slice = 1000;
/// Facts of one FEED: without COUNT, and at most.
inline constexpr std::size_t feed_facts = 100;
inline constexpr std::size_t feed_facts_max = 10'000;
/// Facts that become messages before other sessions run.
inline constexpr std::size_t delivered_facts_max = 256;
/// A stream of events that was silent for so long sends a heartbeat.
inline constexpr std::chrono::seconds event_heartbeat{15};
/// Streams of events of one server: each reads the facts for itself.
inline constexpr std::size_t event_streams_max = 64;
/// Bytes of a channel's name, or a pattern; and how many of both a client may listen to.
inline constexpr std::size_t channel_bytes_max = 256;
inline constexpr std::size_t subscriptions_max = 1'000;
/// Patterns of all clients of a server: each PUBLISH is tried against each.
inline constexpr std::size_t patterns_max = 1'000;
/// Messages of facts, and bytes of published messages, each counted once for each subscriber,
/// before other sessions run.
inline constexpr std::size_t deliveries_max = 65'536;
inline constexpr std::size_t published_bytes_per_slice = 256 * kibibyte;
/// With more patterns than this, a session yields after each PUBLISH.
inline constexpr std::size_t patterns_per_slice = 16;
/// With more channels than this, a session yields after each PUBSUB CHANNELS.
inline constexpr std::size_t channels_per_slice = 1'000;
/// Input of a client that is kept unread while it waits for facts: there only to learn of its end.
inline constexpr std::size_t waiting_input_bytes_max = 64 * kibibyte;
/// Commands between MULTI and EXEC, and the bytes that they take while they are queued.
inline constexpr std::size_t transaction_commands_max = 10'000;
inline constexpr std::size_t transaction_bytes_max = 1024 * kibibyte;
/// Facts that a transaction may record: they are in memory, and others wait, until all of it is
/// done.
inline constexpr std::size_t transaction_facts_max = 100'000;
/// Commands of one transaction that would each end the slice outside of it.
inline constexpr std::size_t transaction_long_commands_max = 16;
/// Operations of a transaction over HTTP.
inline constexpr std::size_t operations_max = 1'000;
/// After a transaction with more than this, the session yields.
inline constexpr std::size_t operations_per_slice = 64;
/// SKUs that a client may watch.
inline constexpr std::size_t watched_skus_max = 1'000;
/// Bytes of a client's name, and of each thing that it states of its library.
inline constexpr std::size_t client_name_bytes_max = 64;

}  // namespace allot

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace allot {

inline constexpr std::size_t kibibyte = 1024;

/// The limits of a request. Memory grows with the bytes that have arrived, and never by a size that
/// a client only announces.
struct RequestLimits {
    std::size_t line_bytes_max = 64 * kibibyte;       ///< an inline command with its line end
    std::size_t argument_bytes_max = 64 * kibibyte;   ///< one argument
    std::size_t arguments_max = 4096;                 ///< one request, the verb included
    std::size_t request_bytes_max = 1024 * kibibyte;  ///< one request, framing included
    /// False: protocol errors have the texts that Redis sends before AUTH.
    bool authenticated = true;

    /// Returns the limits of a client that has yet to authenticate: enough for AUTH and HELLO, and
    /// never more than these.
    [[nodiscard]] constexpr RequestLimits before_auth() const noexcept {
        return {.line_bytes_max = std::min(line_bytes_max, 4 * kibibyte),
                .argument_bytes_max = std::min(argument_bytes_max, 16 * kibibyte),
                .arguments_max = std::min(arguments_max, std::size_t{10}),
                .request_bytes_max = std::min(request_bytes_max, 176 * kibibyte),
                .authenticated = false};
    }
};

/// The limits of the memory of one session, and of its work before other sessions run.
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
    /// The least delay of the reply to a wrong password; its client's other requests wait
    /// meanwhile.
    std::chrono::milliseconds wrong_password_delay{500};
    /// The number of wrong passwords in a row that ends the connection.
    std::size_t wrong_passwords_max = 10;

    /// Keeps the three bounds of the output in proportion.
    constexpr void set_output_bytes_max(std::size_t bytes) noexcept {
        output_pause_bytes = bytes / 4;
        reply_bytes_max = bytes - output_pause_bytes;
        output_bytes_max = bytes;
    }
};

/// Bytes of the request line and header of a request over HTTP, and of a chunk's header.
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
/// The time that BLOCK accepts, more than a year: in effect for ever.
inline constexpr std::uint64_t feed_block_ms_max = 1ULL << 35U;
/// Facts that become messages before other sessions run.
inline constexpr std::size_t delivered_facts_max = 256;
/// The silence after which a stream of events sends a heartbeat.
inline constexpr std::chrono::seconds event_heartbeat{15};
/// Streams of events of one server: each reads the facts for itself.
inline constexpr std::size_t event_streams_max = 64;
/// Bytes of a channel's name, or a pattern; and the number of both for one client.
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
/// Input that is read and kept while a client waits for facts, so that its end is noticed.
inline constexpr std::size_t waiting_input_bytes_max = 64 * kibibyte;
/// Commands between MULTI and EXEC, and the bytes that they take while they are queued.
inline constexpr std::size_t transaction_commands_max = 10'000;
inline constexpr std::size_t transaction_bytes_max = 1024 * kibibyte;
/// Facts that a transaction may record: until it is done, they are in memory and others wait.
inline constexpr std::size_t transaction_facts_max = 100'000;
/// Commands of one transaction that would each end the slice outside of it.
inline constexpr std::size_t transaction_long_commands_max = 16;
/// Operations of a transaction over HTTP.
inline constexpr std::size_t operations_max = 1'000;
/// After a transaction with more than this, the session yields.
inline constexpr std::size_t operations_per_slice = 64;
/// SKUs that a client may watch.
inline constexpr std::size_t watched_skus_max = 1'000;
/// Bytes of a client's name, and of its library's name and version.
inline constexpr std::size_t client_name_bytes_max = 64;

}  // namespace allot

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace allot {

/// The first word of an error reply. Stable: clients decide by it.
enum class ErrorCode : std::uint8_t {
    generic,
    syntax,  ///< SYNTAX: the arguments do not make a command
    bad_name,
    bad_quantity,
    bad_date,
    invalid_sku,  ///< INVALIDSKU: no batch of this SKU was ever added
    out_of_stock,
    batch_exists,
    no_such_batch,
    read_only,  ///< READONLY: the disk is full, or the storage has failed
    no_proto,   ///< NOPROTO: HELLO asks for an unsupported version
    wrong_pass,
    no_auth,
    loading,
    trimmed,      ///< TRIMMED: the facts are no longer kept
    ahead,        ///< AHEAD: the history has not reached these facts
    batch_limit,  ///< BATCHLIMIT: the SKU has the maximum of batches
    exec_abort,   ///< EXECABORT: nothing of a transaction has run, or it was undone
    conflict,     ///< CONFLICT: the stock of a SKU has changed meanwhile
    diverged,     ///< DIVERGED: the client's history is not the store's
};
inline constexpr std::array<std::string_view, 20> error_words{
    "ERR",        "SYNTAX",     "BADNAME",     "BADQTY",      "BADDATE",
    "INVALIDSKU", "OUTOFSTOCK", "BATCHEXISTS", "NOSUCHBATCH", "READONLY",
    "NOPROTO",    "WRONGPASS",  "NOAUTH",      "LOADING",     "TRIMMED",
    "AHEAD",      "BATCHLIMIT", "EXECABORT",   "CONFLICT",    "DIVERGED"};
static_assert(error_words.back() == "DIVERGED" &&
              error_words.size() == static_cast<std::size_t>(ErrorCode::diverged) + 1);
[[nodiscard]] constexpr std::string_view word_of(ErrorCode code) noexcept {
    return error_words[static_cast<std::size_t>(code)];
}

/// Why the server ended a connection, or did not begin it.
enum class DisconnectReason : std::uint8_t {
    protocol_error,  ///< bytes that are no request
    request_limit,   ///< a request beyond RequestLimits
    cross_protocol,  ///< an HTTP request, perhaps forged by a web page
    clients_max,
    no_descriptors,     ///< the process can open no more files
    clients_memory,     ///< held the most memory while all clients held too much
    output_limit,       ///< more queued output than SessionLimits::output_bytes_max
    output_stalled,     ///< does not read its replies
    request_stalled,    ///< began a request and does not end it
    idle,               ///< no request for too long
    handshake_stalled,  ///< no handshake or password in time
    wrong_passwords,
    tls_failed,      ///< no valid TLS, or no certificate that the server accepts
    storage_failed,  ///< held replies that can never be acknowledged
};
inline constexpr std::array<std::string_view, 14> disconnect_reason_words{
    "protocol_error",    "request_limit",   "cross_protocol", "clients_max",     "no_descriptors",
    "clients_memory",    "output_limit",    "output_stalled", "request_stalled", "idle",
    "handshake_stalled", "wrong_passwords", "tls_failed",     "storage_failed"};
static_assert(disconnect_reason_words.size() ==
              static_cast<std::size_t>(DisconnectReason::storage_failed) + 1);

/// The counters of one verb.
struct VerbCounters {
    std::uint64_t calls = 0;
    std::chrono::nanoseconds took{0};  ///< total time of all calls
};

/// The counters of INFO and /metrics since the process began. Used by one thread.
struct Counters {
    /// Upper bounds of the numbers of verbs and HTTP routes. The last index counts unknown ones.
    static constexpr std::size_t verbs_max = 96;
    static constexpr std::size_t routes_max = 96;
    static constexpr std::size_t status_classes = 6;  ///< 0xx, unused, to 5xx

    std::uint64_t connections = 0;     ///< accepted
    std::uint64_t accept_retries = 0;  ///< times that accepting had to wait for descriptors
    std::uint64_t commands = 0;
    std::uint64_t slices = 0;  ///< slices that executed commands
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t writes = 0;  ///< system calls that sent replies
    std::array<std::uint64_t, error_words.size()> errors{};
    std::array<std::uint64_t, disconnect_reason_words.size()> disconnects{};
    std::array<VerbCounters, verbs_max + 1> verbs{};  ///< by index of the command
    /// Responses, by index of the route.
    std::array<std::array<std::uint64_t, status_classes>, routes_max + 1> routes{};

    void count(ErrorCode code) noexcept { ++errors[static_cast<std::size_t>(code)]; }
    void count(DisconnectReason reason) noexcept {
        ++disconnects[static_cast<std::size_t>(reason)];
    }
    [[nodiscard]] std::uint64_t of(ErrorCode code) const noexcept {
        return errors[static_cast<std::size_t>(code)];
    }
    [[nodiscard]] std::uint64_t of(DisconnectReason reason) const noexcept {
        return disconnects[static_cast<std::size_t>(reason)];
    }
};

}  // namespace allot

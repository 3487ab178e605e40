#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/cli/settings/option.hpp"
#include "net/core/slow_log.hpp"
#include "storage/options.hpp"

namespace allot::program {

/// The address of a server.
struct Endpoint {
    std::string host;    ///< an IPv4 or IPv6 address, without brackets; for a client also a name
    std::uint16_t port;  ///< 0: any free port
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Each function reads the value of an option, and returns nothing if the value breaks its rule.

[[nodiscard]] std::optional<bool> read_switch(std::string_view text);
/// Reads an address, or `localhost` for 127.0.0.1, but no other name: the address of a server must
/// not depend on a resolver.
[[nodiscard]] std::optional<Endpoint> read_endpoint(std::string_view text);
/// Reads the server to connect to: an address, or a name that a resolver knows.
[[nodiscard]] std::optional<Endpoint> read_server(std::string_view text);
[[nodiscard]] std::optional<Durability> read_durability(std::string_view text);
/// Reads a number of bytes, perhaps with one of the suffixes KiB, MiB, GiB.
[[nodiscard]] std::optional<std::uint64_t> read_bytes(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> read_segment_bytes(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> read_request_bytes(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> read_output_bytes(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> read_clients_memory(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> read_arguments(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> read_clients(std::string_view text);
/// Reads a number with ms, s, min or h after it, or 0.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_duration(std::string_view text);
/// Reads a number with s, min, h or d after it, or 0.
[[nodiscard]] std::optional<std::chrono::seconds> read_age(std::string_view text);
/// Reads a number with us, ms, s, min or h after it, or 0, or `off` for SlowLog::never.
[[nodiscard]] std::optional<std::chrono::microseconds> read_slow_log(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> read_lsn(std::string_view text);
[[nodiscard]] std::optional<std::string> read_directory(std::string_view text);

inline constexpr Rule<bool> switch_rule{read_switch, "true or false"};
inline constexpr Rule<Endpoint> endpoint_rule{
    read_endpoint,
    "ADDRESS:PORT, such as 127.0.0.1:25568 or [::1]:25568, with a port from 0 to 65535"};
inline constexpr Rule<Endpoint> server_rule{
    read_server, "HOST:PORT, such as 127.0.0.1:25568, [::1]:25568 or stock.example.com:25568"};
inline constexpr Rule<Durability> durability_rule{
    read_durability, "always, os, or interval=TIME with a TIME from 1ms to 60s"};
inline constexpr Rule<std::uint64_t> segment_bytes_rule{read_segment_bytes,
                                                        "a size from 64KiB to 1GiB"};
inline constexpr Rule<std::uint64_t> bytes_rule{
    read_bytes, "a number of bytes, perhaps with KiB, MiB or GiB after it"};
inline constexpr Rule<std::uint64_t> request_bytes_rule{read_request_bytes,
                                                        "a size from 1KiB to 64MiB"};
inline constexpr Rule<std::uint64_t> output_bytes_rule{read_output_bytes,
                                                       "a size from 512KiB to 1GiB"};
inline constexpr Rule<std::uint64_t> clients_memory_rule{read_clients_memory,
                                                         "a size from 4MiB to 1024GiB"};
inline constexpr Rule<std::uint32_t> arguments_rule{read_arguments,
                                                    "an integer from 16 to 1000000"};
inline constexpr Rule<std::chrono::milliseconds> duration_rule{
    read_duration, "a time such as 500ms, 30s, 5min or 2h, at most 24h, or 0 for no bound"};
inline constexpr Rule<std::chrono::seconds> age_rule{
    read_age, "a time such as 90s, 30min, 12h or 7d, at most 3650d, or 0"};
inline constexpr Rule<std::uint32_t> clients_rule{read_clients, "an integer from 1 to 100000"};
inline constexpr Rule<std::chrono::microseconds> slow_log_rule{
    read_slow_log, "a time such as 500us, 10ms or 2s, at most 1h, or 0 for all, or off"};
inline constexpr Rule<std::uint64_t> lsn_rule{read_lsn, "an integer from 1"};
inline constexpr Rule<std::string> directory_rule{read_directory, "a directory"};

}  // namespace allot::program

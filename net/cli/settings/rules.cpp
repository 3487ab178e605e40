#include "net/cli/settings/rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "net/text/numbers.hpp"

namespace allot::program {
namespace {

/// Decimal digits and nothing else.
std::optional<std::uint64_t> read_number(std::string_view digits, std::uint64_t min,
                                         std::uint64_t max) {
    const auto number = parse_uint(digits, max);
    return number && *number >= min ? number : std::nullopt;
}

std::optional<std::uint32_t> read_count(std::string_view digits, std::uint32_t min,
                                        std::uint32_t max) {
    const auto number = read_number(digits, min, max);
    if (!number) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

std::optional<std::uint64_t> read_bytes_within(std::string_view text, std::uint64_t min,
                                               std::uint64_t max) {
    const auto bytes = read_bytes(text);
    if (!bytes || *bytes < min || *bytes > max) return std::nullopt;
    return bytes;
}

constexpr std::uint64_t one_kib = 1ULL << 10U;
constexpr std::uint64_t one_mib = 1ULL << 20U;
constexpr std::uint64_t one_gib = 1ULL << 30U;

/// A number with one of the units after it, or 0.
template <class Time>
std::optional<Time> read_time(std::string_view text,
                              std::span<const std::pair<std::string_view, Time>> units,
                              Time longest) {
    if (text == "0") return Time{0};
    for (const auto& [suffix, unit] : units) {
        if (!text.ends_with(suffix)) continue;
        text.remove_suffix(suffix.size());
        const auto number =
            read_number(text, 0, static_cast<std::uint64_t>(longest.count() / unit.count()));
        if (!number) return std::nullopt;
        return unit * static_cast<std::int64_t>(*number);
    }
    return std::nullopt;
}

bool is_address(int family, const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> ignored{};
    return ::inet_pton(family, host.c_str(), ignored.data()) == 1;
}

}  // namespace

std::optional<bool> read_switch(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "on", "1"}) {
        if (text == yes) return true;
    }
    for (const std::string_view no : {"false", "no", "off", "0"}) {
        if (text == no) return false;
    }
    return std::nullopt;
}

std::optional<Endpoint> read_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = read_number(text.substr(colon + 1), 0, 65'535);
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (host == "localhost") host = "127.0.0.1";
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!port || !is_address(bracketed ? AF_INET6 : AF_INET, std::string{host})) {
        return std::nullopt;
    }
    return Endpoint{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::optional<Endpoint> read_server(std::string_view text) {
    if (const auto address = read_endpoint(text)) {
        if (address->port == 0) return std::nullopt;
        // A certificate is for the name that was given.
        return text.starts_with("localhost:") ? Endpoint{"localhost", address->port} : *address;
    }
    constexpr std::size_t name_bytes_max = 253;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon > name_bytes_max) {
        return std::nullopt;
    }
    const auto port = read_number(text.substr(colon + 1), 1, 65'535);
    const std::string_view host = text.substr(0, colon);
    const bool is_name = std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
    if (!port || !is_name) return std::nullopt;
    return Endpoint{std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::optional<Durability> read_durability(std::string_view text) {
    constexpr std::string_view interval = "interval=";
    if (text == "always") return Durability{};
    if (text == "os") return Durability{.mode = Durability::Mode::os};
    if (!text.starts_with(interval)) return std::nullopt;
    const auto time = read_duration(text.substr(interval.size()));
    if (!time || *time < Durability::interval_min || *time > Durability::interval_max) {
        return std::nullopt;
    }
    return Durability{.mode = Durability::Mode::interval, .interval = *time};
}

std::optional<std::uint64_t> read_bytes(std::string_view text) {
    unsigned shift = 0;
    for (const auto& [suffix, bits] :
         {std::pair<std::string_view, unsigned>{"KiB", 10}, {"MiB", 20}, {"GiB", 30}}) {
        if (!text.ends_with(suffix)) continue;
        text.remove_suffix(suffix.size());
        shift = bits;
        break;
    }
    const auto number = read_number(text, 0, std::numeric_limits<std::uint64_t>::max() >> shift);
    if (!number) return std::nullopt;
    return *number << shift;
}

std::optional<std::uint64_t> read_segment_bytes(std::string_view text) {
    return read_bytes_within(text, 64 * one_kib, StoreOptions::segment_bytes_max);
}

std::optional<std::uint64_t> read_request_bytes(std::string_view text) {
    return read_bytes_within(text, one_kib, 64 * one_mib);
}

std::optional<std::uint64_t> read_output_bytes(std::string_view text) {
    return read_bytes_within(text, 512 * one_kib, one_gib);
}

std::optional<std::uint64_t> read_clients_memory(std::string_view text) {
    return read_bytes_within(text, 4 * one_mib, 1024 * one_gib);
}

std::optional<std::uint32_t> read_arguments(std::string_view text) {
    return read_count(text, 16, 1'000'000);
}

std::optional<std::uint32_t> read_clients(std::string_view text) {
    return read_count(text, 1, 100'000);
}

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
    using std::chrono::milliseconds;
    // `s` last: `ms` ends with it, too.
    static constexpr std::pair<std::string_view, milliseconds> units[] = {
        {"ms", milliseconds{1}},
        {"min", std::chrono::minutes{1}},
        {"h", std::chrono::hours{1}},
        {"s", std::chrono::seconds{1}}};
    return read_time<milliseconds>(text, units, std::chrono::hours{24});
}

std::optional<std::chrono::seconds> read_age(std::string_view text) {
    using std::chrono::seconds;
    static constexpr std::pair<std::string_view, seconds> units[] = {
        {"min", std::chrono::minutes{1}},
        {"h", std::chrono::hours{1}},
        {"d", std::chrono::days{1}},
        {"s", seconds{1}}};
    return read_time<seconds>(text, units, std::chrono::days{3650});
}

std::optional<std::chrono::microseconds> read_slow_log(std::string_view text) {
    using std::chrono::microseconds;
    if (text == "off") return SlowLog::never;
    // `s` last: `us` and `ms` end with it, too.
    static constexpr std::pair<std::string_view, microseconds> units[] = {
        {"us", microseconds{1}},
        {"ms", std::chrono::milliseconds{1}},
        {"min", std::chrono::minutes{1}},
        {"h", std::chrono::hours{1}},
        {"s", std::chrono::seconds{1}}};
    return read_time<microseconds>(text, units, std::chrono::hours{1});
}

std::optional<std::uint64_t> read_lsn(std::string_view text) {
    return read_number(text, 1, std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::string> read_directory(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return std::string{text};
}

}  // namespace allot::program

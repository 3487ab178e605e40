#include "net/notify/messages.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "engine/histories.hpp"
#include "net/core/fact_view.hpp"
#include "net/text/escape.hpp"

namespace allot::notify {

namespace {

std::string hex(std::uint64_t value) {
    std::array<char, 17> digits{};
    (void)std::snprintf(digits.data(), digits.size(), "%016llx",
                        static_cast<unsigned long long>(value));
    return digits.data();
}

/// In the form of RFC 5322: `Fri, 27 Nov 2026 13:05:09 +0000`.
std::string mail_date(UnixMicros time) {
    using namespace std::chrono;
    static constexpr std::array<const char*, 7> week{"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> year{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_time<microseconds> at{microseconds{time}};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(at - day)};
    std::array<char, 64> text{};
    (void)std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                        week.at(weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                        year.at(static_cast<unsigned>(date.month()) - 1),
                        static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                        static_cast<int>(clock.minutes().count()),
                        static_cast<int>(clock.seconds().count()));
    return text.data();
}

/// One recipient a line, which keeps lines short.
std::string to_list(const std::vector<std::string>& recipients) {
    std::string list;
    for (const std::string& each : recipients) {
        list += (list.empty() ? "<" : ",\r\n <") + each + '>';
    }
    return list;
}

bool is_ascii(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Encoded in lines short enough for every mail server.
std::string base64(std::string_view text) {
    constexpr std::size_t bytes_a_line = 57;
    std::string encoded;
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), bytes_a_line))) {
        const auto line = text.substr(0, bytes_a_line);
        std::array<unsigned char, 80> out{};
        const int size = EVP_EncodeBlock(
            out.data(), reinterpret_cast<const unsigned char*>(line.data()),  // NOLINT
            static_cast<int>(line.size()));
        encoded.append(out.begin(), out.begin() + size).append("\r\n");
    }
    return encoded;
}

}  // namespace

std::string key_of(const CommittedFact& fact, std::uint64_t store_id) {
    return hex(store_id) + '-' + std::to_string(fact.lsn) + '-' + std::to_string(fact.time);
}

std::string json_of(const CommittedFact& fact) {
    const FactView parts = view_of(fact.fact);
    const std::string cursor = text_of(fact.cursor());
    return event_json(parts, {{"event", parts.event},
                              {"lsn", static_cast<std::int64_t>(fact.lsn)},
                              {"time", fact.time},
                              {"cursor", cursor}});
}

bool is_mail_address(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    const bool plain = std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7F &&
               std::string_view{"<>,;:\"\\()[]"}.find(c) == std::string::npos;
    });
    return plain && text.size() <= 254 && at != std::string_view::npos && at > 0 &&
           at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos;
}

std::string out_of_stock_mail(const Envelope& envelope, const CommittedFact& fact,
                              std::uint64_t store_id) {
    std::string body = "Out of stock for ";
    append_text(body, sku_of(fact.fact).view());
    const bool plain = is_ascii(body);
    std::string mail = "Date: " + mail_date(fact.time);
    mail += "\r\nFrom: <" + envelope.from + ">\r\nTo: " + to_list(envelope.to) + "\r\n";
    // The name of the SKU is only in the body, so that it cannot inject a header.
    mail += "Subject: Out of stock\r\nMessage-ID: <" + key_of(fact, store_id) +
            envelope.from.substr(envelope.from.find('@')) + ">\r\n";
    mail += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    mail += std::string{"Content-Type: text/plain; charset="} + (plain ? "us-ascii" : "utf-8") +
            "\r\nContent-Transfer-Encoding: " + (plain ? "7bit" : "base64") + "\r\n\r\n";
    return mail + (plain ? body + "\r\n" : base64(body + "\r\n"));
}

}  // namespace allot::notify

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"

// What is said outside of a fact. Always the same of the same fact, so that who receives it twice
// can know it.

namespace allot::notify {

/// `<store id>-<LSN>-<time>`: distinguishes a fact from any other, also from one to which a store
/// that was restored gives the same LSN. Hexadecimal digits, digits and `-`.
[[nodiscard]] std::string key_of(const CommittedFact& fact, std::uint64_t store_id);

/// `{"event":"out_of_stock","lsn":12,"time":1795558887103260,"cursor":"05922658499e07cb:12",` and
/// the fields as in the messages of channels; the time is in microseconds since 1970 (UTC).
[[nodiscard]] std::string json_of(const CommittedFact& fact);

/// One address, as `stock@example.com`: 3..254 bytes of printable ASCII without white space, angle
/// brackets, commas or quotes, with one `@` that has something on each side.
[[nodiscard]] bool is_mail_address(std::string_view text) noexcept;

struct Envelope {
    std::string from;  ///< each is_mail_address()
    std::vector<std::string> to;
};
/// A mail as it is sent, header and body, with CRLF. The body is `Out of stock for X`.
[[nodiscard]] std::string out_of_stock_mail(const Envelope& envelope, const CommittedFact& fact,
                                            std::uint64_t store_id);

}  // namespace allot::notify

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/fact.hpp"

// Texts about a fact for receivers outside. A fact always has the same text, so that a receiver can
// detect a repetition.

namespace allot::notify {

/// Returns `<store id>-<LSN>-<time>`, which identifies a fact, also after a restored store has
/// given its LSN to another one. Hexadecimal digits, digits and `-`.
[[nodiscard]] std::string key_of(const CommittedFact& fact, std::uint64_t store_id);

/// Returns one JSON object,
/// `{"event":"out_of_stock","lsn":12,"time":1795558887103260,"cursor":"05922658499e07cb:12",` and
/// the fields as in messages of channels; the time is in microseconds since 1970 (UTC).
[[nodiscard]] std::string json_of(const CommittedFact& fact);

/// True for one mail address, as `stock@example.com`: 3..254 bytes of printable ASCII without white
/// space, angle brackets, commas or quotes, with one `@` that has something on each side.
[[nodiscard]] bool is_mail_address(std::string_view text) noexcept;

struct Envelope {
    std::string from;  ///< each is_mail_address()
    std::vector<std::string> to;
};
/// The header and body of a mail, with CRLF. The body is `Out of stock for X`.
[[nodiscard]] std::string out_of_stock_mail(const Envelope& envelope, const CommittedFact& fact,
                                            std::uint64_t store_id);

}  // namespace allot::notify

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/commands.hpp"
#include "net/core/counters.hpp"

namespace allot {

// The errors of values that break a rule, the same in every protocol. The text is printable ASCII,
// except for the names in a refusal: append_text() escapes them in the reply.

/// \return the rule for names that the text breaks, to follow "a name": `may not contain U+FEFF`.
[[nodiscard]] std::string broken_name_rule(std::string_view text);
template <class Name>
[[nodiscard]] std::string invalid_name_text(std::string_view value);
extern template std::string invalid_name_text<Sku>(std::string_view);
extern template std::string invalid_name_text<BatchRef>(std::string_view);
extern template std::string invalid_name_text<OrderId>(std::string_view);

/// `expected an integer from 1 to 10`
[[nodiscard]] std::string integer_rule(std::uint64_t min, std::uint64_t max);
template <class Units>
[[nodiscard]] std::string invalid_quantity_text(std::string_view value);
extern template std::string invalid_quantity_text<Quantity>(std::string_view);
extern template std::string invalid_quantity_text<Purchased>(std::string_view);

/// Reads a day or ETA, in any protocol. \return nothing for any other text: see
/// invalid_date_text().
[[nodiscard]] std::optional<Eta> day_in(std::string_view text);
[[nodiscard]] std::string day_text(Eta eta);
[[nodiscard]] std::string invalid_date_text(std::string_view value);
/// \param max the highest LSN that is accepted.
[[nodiscard]] std::string invalid_lsn_text(std::string_view value,
                                           std::uint64_t max = ~std::uint64_t{0});
/// The highest LSN of a position in the feed: the two LSNs after it are representable.
inline constexpr std::uint64_t feed_position_max = ~std::uint64_t{0} - 2;
/// The error of an invalid position in the feed.
[[nodiscard]] std::string invalid_cursor_text(std::string_view value);
/// The errors of facts that the history has not reached, or no longer keeps.
[[nodiscard]] std::string ahead_text(Lsn last, Lsn from);
[[nodiscard]] std::string trimmed_text(Lsn oldest);
/// `sku, quantity and eta`
[[nodiscard]] std::string listed(std::span<const std::string_view> names);
/// The error of an order without lines, or with too many.
[[nodiscard]] std::string not_so_many_lines(std::size_t lines);
/// The error of an EXPLAIN with too many candidate batches.
[[nodiscard]] std::string too_many_candidates(std::size_t candidates);

/// The names in the text of a refusal. Views of checked names.
struct RefusalContext {
    std::string_view sku = {};
    std::string_view batch = {};
};
/// Calls `report(code, part…)` with the error of a refusal, in parts of text.
template <class Report>
void report_refusal(Refusal refusal, RefusalContext subject, Report&& report) {
    switch (refusal) {
        case Refusal::unknown_sku:
            return report(ErrorCode::invalid_sku, "Invalid sku ", subject.sku);
        case Refusal::out_of_stock:
            return report(ErrorCode::out_of_stock, "Out of stock for sku ", subject.sku);
        case Refusal::batch_exists:
            return report(ErrorCode::batch_exists, "Batch ", subject.batch,
                          " is there already, with another SKU, quantity or ETA");
        case Refusal::batch_limit:
            static_assert(Product::batches_max == 65'536);
            return report(ErrorCode::batch_limit, "Sku ", subject.sku,
                          " has 65536 batches, the maximum for one SKU");
        case Refusal::unknown_batch:
            return report(ErrorCode::no_such_batch, "No batch ", subject.batch);
        case Refusal::bad_name:
        case Refusal::bad_quantity:
        case Refusal::bad_date:
        case Refusal::version_conflict:
            // Names, quantities, days and versions were checked before.
            return report(ErrorCode::generic, to_string(refusal));
    }
}

inline constexpr std::string_view wrong_pass_text =
    "invalid username-password pair or user is disabled.";
inline constexpr std::string_view storage_failed_text =
    "the storage has failed; restart the server";
/// The beginning of an error; the present step follows.
inline constexpr std::string_view loading_text = "Allot is loading: ";
inline constexpr std::string_view storage_fails_text =
    "the storage has failed; nothing has changed";
inline constexpr std::string_view storage_full_text =
    "the disk is full; nothing has changed; reads are served, and changes once there is space";

}  // namespace allot

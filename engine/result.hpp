#pragma once

#include <boost/system/result.hpp>
#include <boost/throw_exception.hpp>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace allot {

/// Every reason for which a business rule refuses a command. A `switch` over it needs no default.
/// No stock has changed when a refusal is returned. out_of_stock leaves a fact, unless the line was
/// already short (R14).
enum class Refusal : std::uint8_t {
    bad_name = 1,      ///< not 1..64 bytes of visible UTF-8: see is_name()
    bad_quantity,      ///< not a whole number of units within its range
    bad_date,          ///< not a calendar day, ISO 8601, years 0001..9999
    unknown_sku,       ///< no batch of this SKU was ever added
    out_of_stock,      ///< no batch has enough available for the whole line
    batch_exists,      ///< the reference is taken, with other contents
    unknown_batch,     ///< no batch has this reference
    batch_limit,       ///< the SKU has as many batches as a SKU may have
    version_conflict,  ///< the product has another version than the unit expects
};

/// A short text for a log or a debugger; net/ makes the messages for people.
constexpr std::string_view to_string(Refusal refusal) noexcept {
    switch (refusal) {
        case Refusal::bad_name:
            return "bad name";
        case Refusal::bad_quantity:
            return "bad quantity";
        case Refusal::bad_date:
            return "bad date";
        case Refusal::unknown_sku:
            return "unknown SKU";
        case Refusal::out_of_stock:
            return "out of stock";
        case Refusal::batch_exists:
            return "batch exists";
        case Refusal::unknown_batch:
            return "unknown batch";
        case Refusal::batch_limit:
            return "too many batches";
        case Refusal::version_conflict:
            return "version conflict";
    }
    return "no such refusal";
}

/// The exception of `Result::value()` when the result is a refusal.
class UnexpectedRefusal : public std::logic_error {
public:
    explicit UnexpectedRefusal(Refusal refusal)
        : std::logic_error{std::string{to_string(refusal)}}, refusal_{refusal} {}
    [[nodiscard]] Refusal refusal() const noexcept { return refusal_; }

private:
    Refusal refusal_;
};

[[noreturn]] inline void throw_exception_from_error(Refusal refusal,
                                                    const boost::source_location& where) {
    boost::throw_exception(UnexpectedRefusal{refusal}, where);
}

/// A value, or the reason why there is none.
template <class T>
using Result = boost::system::result<T, Refusal>;

}  // namespace allot

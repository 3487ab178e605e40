#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <string_view>

#include "engine/result.hpp"

namespace allot {

/// A count of stock in whole units, `min`..1'000'000'000.
template <std::int64_t min>
class Units {
public:
    static constexpr std::int64_t units_min = min;
    static constexpr std::int64_t units_max = 1'000'000'000;

    /// \return the count, or Refusal::bad_quantity.
    [[nodiscard]] static constexpr Result<Units> of(std::int64_t units) noexcept {
        if (units < units_min || units > units_max) return Refusal::bad_quantity;
        return Units{static_cast<std::uint32_t>(units)};
    }

    /// Reads decimal digits and nothing else: no sign, no point, no white space.
    /// \return the count, or Refusal::bad_quantity.
    [[nodiscard]] static Result<Units> parse(std::string_view digits) noexcept {
        std::uint64_t units = 0;
        const char* const end = digits.data() + digits.size();
        const auto read = std::from_chars(digits.data(), end, units);
        if (read.ec != std::errc{} || read.ptr != end || units > units_max) {
            return Refusal::bad_quantity;
        }
        return of(static_cast<std::int64_t>(units));
    }

    /// A literal is checked by the compiler.
    consteval Units(int literal)  // NOLINT(google-explicit-constructor)
        : units_{static_cast<std::uint32_t>(literal)} {
        if (literal < units_min || literal > units_max) throw "out of range";
    }

    [[nodiscard]] constexpr std::int64_t units() const noexcept { return units_; }
    friend constexpr auto operator<=>(Units, Units) = default;

private:
    explicit constexpr Units(std::uint32_t units) noexcept : units_{units} {}
    std::uint32_t units_;
};

using Quantity = Units<1>;   ///< the quantity of a line
using Purchased = Units<0>;  ///< the units of a batch, allocated or not; 0: it was emptied

}  // namespace allot

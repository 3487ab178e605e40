#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/result.hpp"

namespace allot {

/// The day on which a batch arrives (proleptic Gregorian, years 0001..9999), or the warehouse, from
/// which it can ship at once. The warehouse comes before every day.
class Eta {
public:
    [[nodiscard]] static constexpr Eta warehouse() noexcept { return Eta{in_warehouse_days}; }

    /// \return the day, or Refusal::bad_date when there is no such day.
    [[nodiscard]] static constexpr Result<Eta> on(std::chrono::year_month_day day) noexcept {
        const int year = static_cast<int>(day.year());
        if (!day.ok() || year < 1 || year > 9999) return Refusal::bad_date;
        return Eta{
            static_cast<std::int32_t>(std::chrono::sys_days{day}.time_since_epoch().count())};
    }

    /// Reads `YYYY-MM-DD` (ISO 8601), exactly ten characters.
    /// \return the day, or Refusal::bad_date.
    [[nodiscard]] static constexpr Result<Eta> parse(std::string_view text) noexcept {
        const auto number = [&](std::size_t from, std::size_t size) -> int {
            int value = 0;
            for (const char c : text.substr(from, size)) {
                if (c < '0' || c > '9') return -1;
                value = value * 10 + (c - '0');
            }
            return value;
        };
        if (text.size() != 10 || text[4] != '-' || text[7] != '-') return Refusal::bad_date;
        const int year = number(0, 4);
        const int month = number(5, 2);
        const int day = number(8, 2);
        if (year < 0 || month < 0 || day < 0) return Refusal::bad_date;
        return on(std::chrono::year{year} / month / day);
    }

    /// The inverse of days(). \return Refusal::bad_date for a number that days() never gives.
    [[nodiscard]] static constexpr Result<Eta> of_days(std::int32_t days) noexcept {
        if (days == in_warehouse_days) return warehouse();
        constexpr std::int32_t limit = 4'000'000;  // keeps the calendar arithmetic in range
        if (days < -limit || days > limit) return Refusal::bad_date;
        return on(std::chrono::sys_days{std::chrono::days{days}});
    }

    /// A literal is checked by the compiler.
    template <std::size_t size>
    consteval Eta(const char (&literal)[size])  // NOLINT(google-explicit-constructor)
        : Eta{parse(std::string_view{literal, size - 1}).value()} {}

    [[nodiscard]] constexpr bool in_warehouse() const noexcept {
        return days_ == in_warehouse_days;
    }
    /// Days since 1970-01-01; the least std::int32_t for the warehouse.
    [[nodiscard]] constexpr std::int32_t days() const noexcept { return days_; }

    /// `YYYY-MM-DD`; empty for the warehouse.
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(Eta, Eta) = default;

private:
    static constexpr std::int32_t in_warehouse_days = std::numeric_limits<std::int32_t>::min();
    explicit constexpr Eta(std::int32_t days) noexcept : days_{days} {}
    std::int32_t days_;
};

inline std::string Eta::to_string() const {
    if (in_warehouse()) return {};
    const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{days_}}};
    std::string text = "0000-00-00";
    const auto put = [&](std::size_t last, unsigned value) {
        for (; value != 0; value /= 10) text[last--] = static_cast<char>('0' + value % 10);
    };
    put(3, static_cast<unsigned>(static_cast<int>(day.year())));
    put(6, static_cast<unsigned>(day.month()));
    put(9, static_cast<unsigned>(day.day()));
    return text;
}

}  // namespace allot

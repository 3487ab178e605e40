#include "net/core/rule_text.hpp"

#include <array>
#include <cstdio>

#include "net/limits.hpp"
#include "net/text/ascii_case.hpp"
#include "net/text/escape.hpp"

namespace allot {

namespace {

template <class Name>
constexpr std::string_view kind_of = "";
template <>
constexpr std::string_view kind_of<Sku> = "SKU";
template <>
constexpr std::string_view kind_of<BatchRef> = "batch reference";
template <>
constexpr std::string_view kind_of<OrderId> = "order id";

std::string name_rule() { return "1 to " + std::to_string(Sku::bytes_max) + " bytes of UTF-8"; }

std::string not_in_a_name(std::int32_t point) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "may not contain U+%04X",
                        static_cast<unsigned>(point));
    return text.data();
}

/// `invalid LSN 'x': `
std::string invalid(std::string_view kind, std::string_view value) {
    std::string text{"invalid "};
    return text.append(kind).append(" ").append(in_quotes(value)).append(": ");
}

}  // namespace

std::string integer_rule(std::uint64_t min, std::uint64_t max) {
    return "expected an integer from " + std::to_string(min) + " to " + std::to_string(max);
}

std::string broken_name_rule(std::string_view text) {
    if (text.empty() || text.size() > Sku::bytes_max) {
        return "has " + name_rule() + ", not " + std::to_string(text.size());
    }
    std::int32_t before = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::int32_t point = detail::take_code_point(rest);
        if (point < 0) return "has " + name_rule() + ", and these are not UTF-8";
        if (detail::is_invisible_point(point)) return not_in_a_name(point);
        if (point == ' ' && before == ' ') return "may not contain two spaces in a row";
        before = point;
    }
    if (text.front() == ' ') return "may not begin with a space";
    if (text.back() == ' ') return "may not end with a space";
    return "is a string of " + name_rule();
}

template <class Name>
std::string invalid_name_text(std::string_view value) {
    return invalid(kind_of<Name>, value).append("a name ").append(broken_name_rule(value));
}
template std::string invalid_name_text<Sku>(std::string_view);
template std::string invalid_name_text<BatchRef>(std::string_view);
template std::string invalid_name_text<OrderId>(std::string_view);

template <class Units>
std::string invalid_quantity_text(std::string_view value) {
    return invalid("quantity", value).append(integer_rule(Units::units_min, Units::units_max));
}
template std::string invalid_quantity_text<Quantity>(std::string_view);
template std::string invalid_quantity_text<Purchased>(std::string_view);

std::optional<Eta> day_in(std::string_view text) {
    if (equal_ignoring_case(text, "warehouse")) return Eta::warehouse();
    if (const auto day = Eta::parse(text)) return *day;
    return {};
}

std::string day_text(Eta eta) { return eta.in_warehouse() ? "warehouse" : eta.to_string(); }

std::string invalid_date_text(std::string_view value) {
    return invalid("date", value)
        .append("expected YYYY-MM-DD, from 0001-01-01 to 9999-12-31, or warehouse");
}

std::string invalid_lsn_text(std::string_view value, std::uint64_t max) {
    return invalid("LSN", value).append(integer_rule(0, max));
}

std::string invalid_cursor_text(std::string_view value) {
    return invalid("cursor", value)
        .append(
            "expected a history of 16 hexadecimal digits, a colon and an LSN, or an LSN alone, "
            "from 0 to ")
        .append(std::to_string(feed_position_max));
}

std::string ahead_text(Lsn last, Lsn from) {
    return std::to_string(last) + " is the last LSN; there is none before " + std::to_string(from);
}

std::string trimmed_text(Lsn oldest) {
    return std::to_string(oldest) + " is the oldest LSN that is kept";
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) text.append(i + 1 == names.size() ? " and " : ", ");
        text.append(names[i]);
    }
    return text;
}

std::string not_so_many_lines(std::size_t lines) {
    return "an order has 1 to " + std::to_string(order_lines_max) + " lines, not " +
           std::to_string(lines);
}

std::string too_many_candidates(std::size_t candidates) {
    return "the plan has " + std::to_string(candidates) + " candidate batches; at most " +
           std::to_string(explained_batches_max) + " are explained at once";
}

}  // namespace allot

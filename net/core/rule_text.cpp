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

static_assert(Sku::bytes_max == 64);

std::string not_in_a_name(std::int32_t point) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "may not contain U+%04X",
                        static_cast<unsigned>(point));
    return text.data();
}

}  // namespace

std::string broken_name_rule(std::string_view text) {
    if (text.empty() || text.size() > Sku::bytes_max) {
        return "has 1 to 64 bytes of UTF-8, not " + std::to_string(text.size());
    }
    std::int32_t before = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::int32_t point = detail::take_code_point(rest);
        if (point < 0) return "has 1 to 64 bytes of UTF-8, and these are not UTF-8";
        if (detail::is_invisible_point(point)) return not_in_a_name(point);
        if (point == ' ' && before == ' ') return "may not contain two spaces in a row";
        before = point;
    }
    if (text.front() == ' ') return "may not begin with a space";
    if (text.back() == ' ') return "may not end with a space";
    return "is a string of 1 to 64 bytes of UTF-8";
}

template <class Name>
std::string invalid_name_text(std::string_view value) {
    return in_quotes(value)
        .append(" is no ")
        .append(kind_of<Name>)
        .append(": it ")
        .append(broken_name_rule(value));
}
template std::string invalid_name_text<Sku>(std::string_view);
template std::string invalid_name_text<BatchRef>(std::string_view);
template std::string invalid_name_text<OrderId>(std::string_view);

template <class Units>
std::string invalid_quantity_text(std::string_view value) {
    return in_quotes(value)
        .append(" is no quantity: it is a whole number from ")
        .append(std::to_string(Units::units_min))
        .append(" to ")
        .append(std::to_string(Units::units_max))
        .append(", in digits only");
}
template std::string invalid_quantity_text<Quantity>(std::string_view);
template std::string invalid_quantity_text<Purchased>(std::string_view);

std::optional<Eta> day_in(std::string_view text) {
    if (equal_ignoring_case(text, "warehouse")) return Eta::warehouse();
    if (const auto day = Eta::parse(text)) return *day;
    return {};
}

std::string invalid_date_text(std::string_view value) {
    return in_quotes(value).append(
        " is no day: it is YYYY-MM-DD of the calendar, years 0001 to 9999, or warehouse");
}

std::string invalid_lsn_text(std::string_view value, std::uint64_t max) {
    return in_quotes(value)
        .append(" is no LSN: it is a whole number from 0 to ")
        .append(std::to_string(max))
        .append(", in digits only");
}

std::string invalid_cursor_text(std::string_view value) {
    return in_quotes(value)
        .append(
            " is no cursor: it is a history of 16 hexadecimal digits, a colon and an LSN, or an "
            "LSN alone, from 0 to ")
        .append(std::to_string(feed_position_max))
        .append(", in digits only");
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

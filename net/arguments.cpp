#include "net/arguments.hpp"

#include "net/command_table.hpp"
#include "net/limits.hpp"

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
}  // namespace

template <class Name>
std::optional<Name> name_at(Call& call, std::size_t at) {
    if (const auto name = Name::of(call.args[at])) return *name;
    call.fail(ErrorCode::bad_name, Quoted{call.args[at]}, " is no ", kind_of<Name>,
              ": it has 1 to ", Name::bytes_max,
              " bytes of UTF-8, without white space and control characters");
    return {};
}
template std::optional<Sku> name_at(Call&, std::size_t);
template std::optional<BatchRef> name_at(Call&, std::size_t);
template std::optional<OrderId> name_at(Call&, std::size_t);

template <class Units>
std::optional<Units> units_at(Call& call, std::size_t at) {
    if (const auto units = Units::parse(call.args[at])) return *units;
    call.fail(ErrorCode::bad_quantity, Quoted{call.args[at]},
              " is no quantity: it is a whole number from ", Units::units_min, " to ",
              Units::units_max, ", in digits only");
    return {};
}
template std::optional<Quantity> units_at(Call&, std::size_t);
template std::optional<Purchased> units_at(Call&, std::size_t);

std::optional<Eta> eta_at(Call& call, std::size_t at) {
    if (equal_ignoring_case(call.args[at], "warehouse")) return Eta::warehouse();
    if (const auto eta = Eta::parse(call.args[at])) return *eta;
    call.fail(ErrorCode::bad_date, Quoted{call.args[at]},
              " is no day: it is YYYY-MM-DD of the calendar, years 0001 to 9999, or warehouse");
    return {};
}

std::optional<AllocateOrder> order_at(Call& call, std::size_t at) {
    const auto order = name_at<OrderId>(call, at);
    if (!order) return {};
    const std::size_t lines = (call.args.size() - at - 1) / 2;
    if (lines > order_lines_max) {
        call.fail(ErrorCode::syntax, "an order has at most ", order_lines_max, " lines, not ",
                  lines);
        return {};
    }
    AllocateOrder command{*order, {}};
    command.lines.reserve(lines);
    for (std::size_t i = at + 1; i < call.args.size(); i += 2) {
        const auto sku = name_at<Sku>(call, i);
        if (!sku) return {};
        const auto quantity = units_at<Quantity>(call, i + 1);
        if (!quantity) return {};
        command.lines.push_back({*sku, *quantity});
    }
    return command;
}

void refuse(Call& call, Refusal refusal, Subject subject) {
    switch (refusal) {
        case Refusal::unknown_sku:
            return call.fail(ErrorCode::invalid_sku, "Invalid sku ", subject.sku);
        case Refusal::out_of_stock:
            return call.fail(ErrorCode::out_of_stock, "Out of stock for sku ", subject.sku);
        case Refusal::batch_exists:
            return call.fail(ErrorCode::batch_exists, "Batch ", subject.batch,
                             " is there already, with another SKU, quantity or ETA");
        case Refusal::unknown_batch:
            return call.fail(ErrorCode::no_such_batch, "No batch ", subject.batch);
        case Refusal::bad_name:
        case Refusal::bad_quantity:
        case Refusal::bad_date:
        case Refusal::version_conflict:
            // Names, quantities and days were checked before, and no command states a version.
            return call.fail(ErrorCode::generic, to_string(refusal));
    }
}

}  // namespace allot

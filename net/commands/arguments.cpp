#include "net/commands/arguments.hpp"

#include "engine/accepted_name.hpp"
#include "net/limits.hpp"

namespace allot {

template <class Name>
std::optional<Name> name_at(Call& call, std::size_t at) {
    const auto name = accepted_name<Name>(call.args[at], call.bus().repository());
    if (name) return *name;
    call.fail(ErrorCode::bad_name, no_name<Name>(call.args[at]));
    return {};
}
template std::optional<Sku> name_at(Call&, std::size_t);
template std::optional<BatchRef> name_at(Call&, std::size_t);
template std::optional<OrderId> name_at(Call&, std::size_t);

template <class Units>
std::optional<Units> units_at(Call& call, std::size_t at) {
    if (const auto units = Units::parse(call.args[at])) return *units;
    call.fail(ErrorCode::bad_quantity, no_quantity<Units>(call.args[at]));
    return {};
}
template std::optional<Quantity> units_at(Call&, std::size_t);
template std::optional<Purchased> units_at(Call&, std::size_t);

std::optional<Eta> eta_at(Call& call, std::size_t at) {
    if (const auto eta = day_in(call.args[at])) return eta;
    call.fail(ErrorCode::bad_date, no_day(call.args[at]));
    return {};
}

std::optional<AllocateOrder> order_at(Call& call, std::size_t at) {
    const auto order = name_at<OrderId>(call, at);
    if (!order) return {};
    const std::size_t lines = (call.args.size() - at - 1) / 2;
    if (lines > order_lines_max) {
        call.fail(ErrorCode::syntax, not_so_many_lines(lines));
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
    tell_refusal(refusal, subject,
                 [&](ErrorCode code, const auto&... parts) { call.fail(code, parts...); });
}

}  // namespace allot

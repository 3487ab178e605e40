#include "net/schema/values.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <functional>

#include "engine/accepted_name.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/schema/fields.hpp"
#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot {

namespace json = boost::json;

template <class Tag>
std::optional<Name<Tag>> ValueOf<Name<Tag>>::read(Source& source, const Field& field,
                                                  const RawValue& value) {
    const auto name = accepted_name<Name<Tag>>(value.text(), source.repository());
    if (name) return *name;
    source.fail(ErrorCode::bad_name, invalid_name_text<Name<Tag>>(value.shown(true)), field.name);
    return {};
}
template struct ValueOf<Sku>;
template struct ValueOf<BatchRef>;
template struct ValueOf<OrderId>;

template <std::int64_t min>
std::optional<Units<min>> ValueOf<Units<min>>::read(Source& source, const Field& field,
                                                    const RawValue& value) {
    if (value.json == nullptr) {
        if (const auto units = Units<min>::parse(value.text())) return *units;
    } else if (const std::int64_t* const number = value.json->if_int64()) {
        if (const auto units = Units<min>::of(*number)) return *units;
    }
    source.fail(ErrorCode::bad_quantity, invalid_quantity_text<Units<min>>(value.shown(false)),
                field.name);
    return {};
}
template struct ValueOf<Quantity>;
template struct ValueOf<Purchased>;

std::optional<Eta> ValueOf<Eta>::read(Source& source, const Field& field, const RawValue& value) {
    if (value.json != nullptr && value.json->is_null()) return Eta::warehouse();
    if (const auto eta = day_in(value.text())) return eta;
    source.fail(ErrorCode::bad_date, invalid_date_text(value.shown(true)), field.name);
    return {};
}

std::optional<Lsn> ValueOf<Lsn>::read(Source& source, const Field& field, const RawValue& value) {
    const std::int64_t* const number = value.json == nullptr ? nullptr : value.json->if_int64();
    if (number != nullptr && *number >= 0) return static_cast<Lsn>(*number);
    if (const auto lsn = parse_uint(value.text())) return *lsn;
    source.fail(ErrorCode::syntax, invalid_lsn_text(value.shown(true)), field.name);
    return {};
}

namespace {

constexpr std::tuple line_fields{required<Sku>("sku"), required<Quantity>("quantity")};
constexpr std::array line_names{Field{std::get<0>(line_fields)}, Field{std::get<1>(line_fields)}};

using Lines = std::vector<LineItem>;

bool check_count(Source& source, const Field& field, std::size_t lines) {
    if (lines >= 1 && lines <= order_lines_max) return true;
    source.fail(ErrorCode::syntax, not_so_many_lines(lines), field.name);
    return false;
}

std::optional<Lines> lines_in_arguments(Source& source, const Field& field,
                                        std::span<const std::string_view> arguments) {
    if (!check_count(source, field, arguments.size() / 2)) return {};
    Lines items;
    items.reserve(arguments.size() / 2);
    for (; !arguments.empty(); arguments = arguments.subspan(2)) {
        const auto sku = std::get<0>(line_fields).present(source, {arguments.first(1)});
        if (!sku) return {};
        const auto quantity = std::get<1>(line_fields).present(source, {arguments.subspan(1, 1)});
        if (!quantity) return {};
        items.push_back({*sku, *quantity});
    }
    return items;
}

std::optional<Lines> lines_in_json(Source& source, const Field& field, const json::array& array) {
    if (!check_count(source, field, array.size())) return {};
    Lines items;
    items.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
        const auto fail = [&](ErrorCode code, std::string_view text, std::string_view member) {
            source.fail(code, text,
                        std::string{field.name}
                            .append("[")
                            .append(std::to_string(i))
                            .append("]")
                            .append(member));
        };
        if (!array[i].is_object()) {
            const std::string shown = json::serialize(array[i]);
            fail(ErrorCode::syntax, "expected an object, not " + in_quotes(shown), "");
            return {};
        }
        const auto report = [&](ErrorCode code, std::string_view text, std::string_view name) {
            fail(code, text, "." + std::string{name});
        };
        // By reference, so that ReportFault takes no memory from the heap.
        ObjectSource line{std::cref(report), source.context(), array[i].get_object(), line_names};
        const auto item = read<LineItem>(line, line_fields);
        if (!item) return {};
        items.push_back(*item);
    }
    return items;
}

}  // namespace

std::optional<Lines> ValueOf<Lines>::read(Source& source, const Field& field,
                                          const RawValue& value) {
    if (value.json == nullptr) return lines_in_arguments(source, field, value.arguments);
    if (const json::array* const array = value.json->if_array()) {
        return lines_in_json(source, field, *array);
    }
    source.fail(ErrorCode::syntax, "expected an array, not " + in_quotes(value.shown(false)),
                field.name);
    return {};
}

}  // namespace allot

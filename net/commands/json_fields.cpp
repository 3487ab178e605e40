#include "net/commands/json_fields.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "engine/accepted_name.hpp"
#include "net/core/rule_text.hpp"
#include "net/limits.hpp"
#include "net/text/escape.hpp"

namespace allot {

namespace json = boost::json;

namespace {

/// As an error shows it. Of a string its text, where that is what the rule speaks of.
std::string shown(const json::value& value, bool as_text) {
    if (as_text && value.is_string()) return std::string{std::string_view{value.get_string()}};
    return json::serialize(value);
}

std::string_view text_in(const json::value& value) {
    return value.is_string() ? std::string_view{value.get_string()} : std::string_view{};
}

}  // namespace

void JsonFields::fail(ErrorCode code, std::string_view text, std::string_view field) const {
    tell_(code, text, where_ + std::string{field});
}

const json::value* JsonFields::find(std::string_view field) const {
    const json::value* const value = object_.if_contains(field);
    if (value == nullptr) fail(ErrorCode::syntax, "the field is missing", field);
    return value;
}

bool JsonFields::only(std::span<const std::string_view> known) const {
    for (const auto& member : object_) {
        const std::string_view name = member.key();
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string escaped;
        append_escaped(escaped, name, echoed_bytes_max);
        fail(ErrorCode::syntax, "there is no such field here, only " + listed(known), escaped);
        return false;
    }
    return true;
}

template <class Name>
std::optional<Name> JsonFields::name(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return {};
    const auto name = accepted_name<Name>(text_in(*value), repository_);
    if (name) return *name;
    fail(ErrorCode::bad_name, no_name<Name>(shown(*value, true)), field);
    return {};
}
template std::optional<Sku> JsonFields::name(std::string_view) const;
template std::optional<BatchRef> JsonFields::name(std::string_view) const;
template std::optional<OrderId> JsonFields::name(std::string_view) const;

template <class Units>
std::optional<Units> JsonFields::units(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return {};
    if (const std::int64_t* const number = value->if_int64()) {
        if (const auto units = Units::of(*number)) return *units;
    }
    fail(ErrorCode::bad_quantity, no_quantity<Units>(shown(*value, false)), field);
    return {};
}
template std::optional<Quantity> JsonFields::units(std::string_view) const;
template std::optional<Purchased> JsonFields::units(std::string_view) const;

std::optional<Eta> JsonFields::eta(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return {};
    const std::string_view text = text_in(*value);
    if (value->is_null()) return Eta::warehouse();
    if (const auto eta = day_in(text)) return eta;
    fail(ErrorCode::bad_date, no_day(shown(*value, true)), field);
    return {};
}

std::optional<Eta> JsonFields::eta_or_warehouse(std::string_view field) const {
    return object_.contains(field) ? eta(field) : Eta::warehouse();
}

const json::array* JsonFields::array(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return nullptr;
    if (const json::array* const array = value->if_array()) return array;
    fail(ErrorCode::syntax, in_quotes(shown(*value, false)) + " is no array", field);
    return nullptr;
}

const json::object* JsonFields::object(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return nullptr;
    if (const json::object* const object = value->if_object()) return object;
    fail(ErrorCode::syntax, in_quotes(shown(*value, false)) + " is no object", field);
    return nullptr;
}

std::optional<LineItem> JsonFields::line(const json::value& line, std::size_t place) const {
    const std::string at = "lines[" + std::to_string(place) + "]";
    if (!line.is_object()) {
        fail(ErrorCode::syntax, in_quotes(shown(line, false)) + " is no object", at);
        return {};
    }
    const JsonFields fields{tell_, repository_, line.get_object(), where_ + at + "."};
    if (!fields.only({"sku", "quantity"})) return {};
    const auto sku = fields.name<Sku>("sku");
    if (!sku) return {};
    const auto quantity = fields.units<Quantity>("quantity");
    if (!quantity) return {};
    return LineItem{*sku, *quantity};
}

std::optional<std::vector<LineItem>> JsonFields::lines() const {
    const json::array* const all = array("lines");
    if (all == nullptr) return {};
    if (all->empty() || all->size() > order_lines_max) {
        fail(ErrorCode::syntax, not_so_many_lines(all->size()), "lines");
        return {};
    }
    std::vector<LineItem> items;
    items.reserve(all->size());
    for (std::size_t i = 0; i < all->size(); ++i) {
        const auto item = line((*all)[i], i);
        if (!item) return {};
        items.push_back(*item);
    }
    return items;
}

std::optional<std::uint64_t> JsonFields::count(std::string_view field) const {
    const json::value* const value = find(field);
    if (value == nullptr) return {};
    const std::int64_t* const number = value->if_int64();
    if (number != nullptr && *number >= 0) return static_cast<std::uint64_t>(*number);
    fail(ErrorCode::syntax, in_quotes(shown(*value, false)) + " is no whole number from 0", field);
    return {};
}

std::optional<bool> JsonFields::truth_or(std::string_view field, bool otherwise) const {
    if (!has(field)) return otherwise;
    const json::value* const value = find(field);
    if (value->is_bool()) return value->get_bool();
    fail(ErrorCode::syntax, in_quotes(shown(*value, false)) + " is neither true nor false", field);
    return {};
}

template <class Name>
std::optional<Name> JsonFields::key(std::string_view field) const {
    const auto name = accepted_name<Name>(field, repository_);
    if (name) return *name;
    std::string escaped;
    append_escaped(escaped, field, echoed_bytes_max);
    fail(ErrorCode::bad_name, no_name<Name>(field), escaped);
    return {};
}
template std::optional<Sku> JsonFields::key(std::string_view) const;

}  // namespace allot

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/commands.hpp"
#include "net/schema/source.hpp"

namespace allot {

/// The reader of a type of value, from arguments or JSON. A specialization has
///
///     static constexpr std::string_view noun;    // name in documents and errors: `LSN`
///     static constexpr std::string_view schema;  // of net/http/openapi.json
///     static std::optional<T> read(Source&, const Field&, const RawValue&);
///
/// where read() reports a value that breaks a rule to the source, and returns nothing. A command
/// file may have one for a type of its own.
template <class T>
struct ValueOf;

template <class Tag>
struct ValueOf<Name<Tag>> {
    static constexpr std::string_view noun = std::is_same_v<Name<Tag>, Sku> ? "The SKU"
                                             : std::is_same_v<Name<Tag>, OrderId>
                                                 ? "The order's id"
                                                 : "The batch's reference";
    static constexpr std::string_view schema = "Name";
    static std::optional<Name<Tag>> read(Source& source, const Field& field, const RawValue& value);
};
extern template struct ValueOf<Sku>;
extern template struct ValueOf<BatchRef>;
extern template struct ValueOf<OrderId>;

template <std::int64_t min>
struct ValueOf<Units<min>> {
    static constexpr std::string_view noun = "quantity";
    static constexpr std::string_view schema = "Quantity";
    static std::optional<Units<min>> read(Source& source, const Field& field,
                                          const RawValue& value);
};
extern template struct ValueOf<Quantity>;
extern template struct ValueOf<Purchased>;

/// `YYYY-MM-DD`, or the word `warehouse` as STOCK writes it; in JSON null is the warehouse, too.
template <>
struct ValueOf<Eta> {
    static constexpr std::string_view noun = "day";
    static constexpr std::string_view schema = "Day";
    static std::optional<Eta> read(Source& source, const Field& field, const RawValue& value);
};

template <>
struct ValueOf<Lsn> {
    static constexpr std::string_view noun = "LSN";
    static constexpr std::string_view schema = "Units";
    static std::optional<Lsn> read(Source& source, const Field& field, const RawValue& value);
};

/// `sku quantity [sku quantity ...]`, or an array of objects with these; at most order_lines_max.
template <>
struct ValueOf<std::vector<LineItem>> {
    static constexpr std::string_view noun = "lines";
    static constexpr std::string_view schema = "Lines";
    static std::optional<std::vector<LineItem>> read(Source& source, const Field& field,
                                                     const RawValue& value);
};

}  // namespace allot

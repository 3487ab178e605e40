#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "engine/commands.hpp"
#include "net/core/reply_writer.hpp"
#include "net/schema/failure.hpp"
#include "net/text/json_text.hpp"

namespace allot {

// A row of a reply, described once: an array of its values in RESP, an object in JSON.

inline void put_value(ReplyWriter& reply, Done /*done*/) { reply.ok(); }
inline void put_value(ReplyWriter& reply, std::string_view text) { reply.value(text); }
inline void put_value(ReplyWriter& reply, std::integral auto number) {
    reply.integer(static_cast<std::int64_t>(number));
}
template <std::int64_t min>
void put_value(ReplyWriter& reply, Units<min> units) {
    reply.integer(units.units());
}
inline void put_value(ReplyWriter& reply, Eta eta) { reply.value(day_text(eta)); }
template <class Tag>
void put_value(ReplyWriter& reply, const Name<Tag>& name) {
    reply.value(name);
}

inline void put_value(JsonWriter& json, std::string_view text) { json.string(text); }
inline void put_value(JsonWriter& json, std::integral auto number) {
    json.integer(static_cast<std::int64_t>(number));
}
template <std::int64_t min>
void put_value(JsonWriter& json, Units<min> units) {
    json.integer(units.units());
}
inline void put_value(JsonWriter& json, Eta eta) { json.day(eta); }
template <class Tag>
void put_value(JsonWriter& json, const Name<Tag>& name) {
    json.string(name.view());
}

template <class T>
struct Column {
    std::string_view name;
    const T& value;
};
template <class T>
Column(std::string_view, const T&) -> Column<T>;

template <class... T>
void put_row(ReplyWriter& reply, const Column<T>&... columns) {
    reply.array(sizeof...(columns));
    (put_value(reply, columns.value), ...);
}
template <class... T>
void put_members(JsonWriter& json, const Column<T>&... columns) {
    ((json.key(columns.name), put_value(json, columns.value)), ...);
}
template <class... T>
void put_row(JsonWriter& json, const Column<T>&... columns) {
    json.begin_object();
    put_members(json, columns...);
    json.end_object();
}
/// Writes a map: names and values in both.
template <class... T>
void put_map(ReplyWriter& reply, const Column<T>&... columns) {
    reply.map(sizeof...(columns));
    ((reply.value(columns.name), put_value(reply, columns.value)), ...);
}
template <class... T>
void put_map(JsonWriter& json, const Column<T>&... columns) {
    put_row(json, columns...);
}

}  // namespace allot

#pragma once

#include <array>
#include <bitset>
#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "engine/fact.hpp"
#include "net/text/json_text.hpp"

namespace allot {

/// What every outward form of a fact is made of: dumps, the feed, the messages of channels. A kind
/// of fact is put into words here and nowhere else.
struct FactView {
    /// A name, a number, or a day that may be none.
    using Value = std::variant<std::string_view, std::uint64_t, Eta>;
    struct Field {
        std::string_view key;
        Value value;
    };

    std::string_view event;  ///< its kind: `line_allocated`
    boost::container::static_vector<Field, 5> fields;
};

/// Every FactView::event there is.
inline constexpr std::array<std::string_view, 7> fact_events{
    "batch_added",      "batch_quantity_changed", "batch_rescheduled", "line_allocated",
    "line_deallocated", "out_of_stock",           "shortage_withdrawn"};
/// Some of them, by their index.
using EventKinds = std::bitset<fact_events.size()>;
inline constexpr EventKinds all_event_kinds{~0ULL};

/// \return views of the fact.
[[nodiscard]] FactView view_of(const Fact& fact);

/// As JSON. A day that is none is null.
void append_json(std::string& out, const FactView::Value& value);
/// What is shown with a fact and is none of its fields, such as its LSN.
struct EventField {
    std::string_view key;
    std::variant<std::string_view, std::int64_t> value;
};
/// The fields as one object, on one line, with others before or after them:
/// `{"order":"o-1","sku":"LAMP","quantity":2,"batch":"b-1"}`.
void append_event_json(std::string& out, const FactView& parts,
                       std::initializer_list<EventField> before = {},
                       std::initializer_list<EventField> after = {});
[[nodiscard]] std::string event_json(const FactView& parts,
                                     std::initializer_list<EventField> before = {},
                                     std::initializer_list<EventField> after = {});

}  // namespace allot

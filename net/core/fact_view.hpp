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

/// The parts of a fact, from which dumps, the feed and the messages of channels are made. Only
/// these functions name the kinds of facts and their fields.
struct FactView {
    /// A name, a number, or an ETA.
    using Value = std::variant<std::string_view, std::uint64_t, Eta>;
    struct Field {
        std::string_view key;
        Value value;
    };

    std::string_view event;  ///< kind of the fact: `line_allocated`
    boost::container::static_vector<Field, 5> fields;
};

/// All values of FactView::event.
inline constexpr std::array<std::string_view, 7> fact_events{
    "batch_added",      "batch_quantity_changed", "batch_rescheduled", "line_allocated",
    "line_deallocated", "out_of_stock",           "shortage_withdrawn"};
/// A set of these, by their index.
using EventKinds = std::bitset<fact_events.size()>;
inline constexpr EventKinds all_event_kinds{~0ULL};

/// \return views of the fact.
[[nodiscard]] FactView view_of(const Fact& fact);

/// Appends a value as JSON. The ETA of a batch in the warehouse is null.
void append_json(std::string& out, const FactView::Value& value);
/// A value that is shown with a fact beside its fields, such as its LSN.
struct EventField {
    std::string_view key;
    std::variant<std::string_view, std::int64_t> value;
};
/// Appends the fields as one object, on one line, with others before or after them:
/// `{"order":"o-1","sku":"LAMP","quantity":2,"batch":"b-1"}`.
void append_event_json(std::string& out, const FactView& parts,
                       std::initializer_list<EventField> before = {},
                       std::initializer_list<EventField> after = {});
[[nodiscard]] std::string event_json(const FactView& parts,
                                     std::initializer_list<EventField> before = {},
                                     std::initializer_list<EventField> after = {});

}  // namespace allot

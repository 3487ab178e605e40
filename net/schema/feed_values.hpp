#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <variant>

#include "engine/history.hpp"
#include "net/core/fact_view.hpp"
#include "net/schema/fields.hpp"

namespace allot {

/// The position of a reader of the feed: `<history>:<LSN>`, or an LSN alone.
struct FeedPosition {
    Lsn lsn;                             ///< LSN of the last fact that the reader has seen
    std::optional<HistoryId> history{};  ///< history of that fact; none: not given
};

/// `$`: the end of the history.
struct FeedEnd {};
/// The start of a reader: at the end, at an LSN, or after a position.
using FeedStart = std::variant<FeedEnd, Lsn, FeedPosition>;

/// Reads `$` or an LSN. \return none for any other text.
[[nodiscard]] std::optional<FeedStart> feed_start(std::string_view text);
/// The LSN of the first fact to be shown. \throws DivergedHistory
[[nodiscard]] Lsn first_lsn(const FeedStart& start, const FactHistory& history);

template <>
struct ValueOf<FeedPosition> {
    static constexpr std::string_view noun = "cursor";
    static constexpr std::string_view schema =
        R"({"oneOf":[{"$ref":"#/components/schemas/Cursor"},{"$ref":"#/components/schemas/Units"}]})";
    static std::optional<FeedPosition> read(Source& source, const Field& field,
                                            const RawValue& value);
};

template <>
struct ValueOf<FeedStart> {
    static constexpr std::string_view noun = "LSN";
    static constexpr std::string_view schema =
        R"({"oneOf":[{"$ref":"#/components/schemas/Units"},{"type":"string","const":"$"}]})";
    static std::optional<FeedStart> read(Source& source, const Field& field, const RawValue& value);
};

/// `line_allocated,out_of_stock`
template <>
struct ValueOf<EventKinds> {
    static constexpr std::string_view noun = "kinds";
    static constexpr std::string_view schema =
        R"({"type":"string","examples":["line_allocated,out_of_stock"]})";
    static std::optional<EventKinds> read(Source& source, const Field& field,
                                          const RawValue& value);
};

/// The query of the stream of events.
struct FeedQuery {
    std::optional<FeedStart> from;
    std::optional<FeedPosition> after;
    EventKinds events;
    static constexpr std::tuple fields{
        optional<FeedStart>("from",
                            "The LSN of the first event, or $ for events from now on; default: the "
                            "oldest event that is kept"),
        optional<FeedPosition>(
            "after",
            "The cursor, or the LSN, of the last event that the client has seen; excludes `from`"),
        optional<EventKinds>("events", all_event_kinds,
                             "The kinds of events to show, separated by commas; default: all")};
};

}  // namespace allot

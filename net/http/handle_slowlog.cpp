#include <algorithm>

#include "net/commands/route_table.hpp"
#include "net/http/exchange.hpp"
#include "net/text/escape.hpp"
#include "net/text/json_text.hpp"
#include "net/text/parse_uint.hpp"

namespace allot::http::handlers {

namespace {

void write_entry(JsonWriter& json, const SlowLog::Entry& entry) {
    json.begin_object().key("id").integer(static_cast<std::int64_t>(entry.id));
    json.key("at").integer(entry.at);
    json.key("microseconds").integer(entry.took.count());
    json.key("arguments").begin_array();
    for (const std::string& argument : entry.args) json.string(argument);
    json.end_array().key("client").string(entry.peer);
    json.key("name").string(entry.name).end_object();
}

}  // namespace

Lsn slow_log(Exchange& exchange) {
    const auto& entries = exchange.hub.timings.slow.entries();
    std::uint64_t count = SlowLog::entries_told;
    if (const std::string* const text = exchange.query("count")) {
        const auto asked = whole_number(*text);
        if (!asked) {
            exchange.fail(
                ErrorCode::syntax,
                in_quotes(*text) + " is no count: it is a whole number from 0, in digits only",
                "count");
            return 0;
        }
        count = *asked;
    }
    count = std::min<std::uint64_t>(count, entries.size());
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("length").integer(static_cast<std::int64_t>(entries.size()));
    json.key("entries").begin_array();
    for (std::size_t i = 0; i < count; ++i) write_entry(json, entries[i]);
    json.end_array().end_object();
    return 0;
}

Lsn forget_slow_log(Exchange& exchange) {
    SlowLog& log = exchange.hub.timings.slow;
    JsonWriter json{exchange.reply.body};
    json.begin_object().key("forgotten").integer(static_cast<std::int64_t>(log.entries().size()));
    json.end_object();
    log.clear();
    return 0;
}

}  // namespace allot::http::handlers

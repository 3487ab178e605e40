#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/commands/server_commands.hpp"
#include "net/schema/container.hpp"
#include "net/schema/define.hpp"
#include "net/text/escape.hpp"
#include "net/text/numbers.hpp"

namespace allot {

namespace {
/// The limit of the number of entries.
struct EntryCount {
    std::uint64_t most = SlowLog::entries_shown;
};
}  // namespace

/// -1 asks for all, as in Redis.
template <>
struct ValueOf<EntryCount> {
    static constexpr std::string_view noun = "count";
    static constexpr std::string_view schema = R"({"type":"integer","minimum":-1})";

    static std::optional<EntryCount> read(Source& source, const Field& field,
                                          const RawValue& value) {
        const auto most = integer_in<std::int64_t>(value.text());
        if (most && *most >= -1) return EntryCount{static_cast<std::uint64_t>(*most)};
        source.fail(ErrorCode::syntax,
                    "invalid count " + in_quotes(value.text()) + ": expected an integer from -1",
                    field.name);
        return {};
    }
};

namespace commands {
namespace {

void write_entry(ReplyWriter& reply, const SlowLog::Entry& entry) {
    reply.array(6);
    reply.integer(static_cast<std::int64_t>(entry.id));
    reply.integer(entry.at);
    reply.integer(entry.took.count());
    reply.array(entry.args.size());
    for (const std::string& arg : entry.args) reply.bulk(arg);
    reply.bulk(entry.peer);
    reply.bulk(entry.name);
}
void write_entry(JsonWriter& json, const SlowLog::Entry& entry) {
    json.begin_object();
    put_members(json, Column{"id", entry.id}, Column{"at", entry.at},
                Column{"microseconds", entry.took.count()});
    json.key("arguments").begin_array();
    for (const std::string& argument : entry.args) json.string(argument);
    json.end_array();
    put_members(json, Column{"client", entry.peer}, Column{"name", entry.name});
    json.end_object();
}

Lsn slowlog_length(Call& call) {
    call.reply.integer(static_cast<std::int64_t>(call.server.timings.slow.entries().size()));
    return no_lsn;
}

Lsn slowlog_reset(Call& call) {
    call.server.timings.slow.clear();
    call.reply.ok();
    return no_lsn;
}

struct ListEntries {
    struct Parameters {
        EntryCount count;
    };
    using Entries = std::reference_wrapper<const std::deque<SlowLog::Entry>>;
    static constexpr std::tuple fields{optional<EntryCount>(
        "count", EntryCount{}, "Number of latest entries to return (default 10; -1: all)")};

    static Outcome<Entries> run(const Parameters& /*parameters*/, Context& context) {
        return {std::cref(context.server.timings.slow.entries()), no_lsn};
    }
    [[nodiscard]] static std::size_t shown(const Parameters& parameters, Entries held) {
        return std::min<std::uint64_t>(parameters.count.most, held.get().size());
    }
    static void write(ReplyWriter& reply, const Parameters& parameters, Entries held) {
        const std::size_t count = shown(parameters, held);
        reply.array(count);
        for (std::size_t i = 0; i < count; ++i) write_entry(reply, held.get()[i]);
    }
    static void write(JsonWriter& json, const Parameters& parameters, Entries held) {
        const auto& entries = held.get();
        const std::size_t count = shown(parameters, held);
        json.begin_object().key("length").integer(static_cast<std::int64_t>(entries.size()));
        json.key("entries").begin_array();
        for (std::size_t i = 0; i < count; ++i) write_entry(json, entries[i]);
        json.end_array().end_object();
    }
};

constexpr std::array slowlog_subcommands = std::to_array<Subcommand>({
    subcommand<ListEntries>("GET",
                            "Returns the latest entries, newest first (default 10; -1: all)."),
    {"LEN", "", "Returns the number of entries.", 0, 0, slowlog_length},
    {"RESET", "", "Deletes all entries.", 0, 0, slowlog_reset},
});

struct ForgetEntries {
    struct Parameters {};
    static constexpr std::tuple<> fields{};

    static Outcome<std::size_t> run(const Parameters& /*parameters*/, Context& context) {
        SlowLog& log = context.server.timings.slow;
        const std::size_t forgotten = log.entries().size();
        log.clear();
        return {forgotten, no_lsn};
    }
    static void write(JsonWriter& json, std::size_t forgotten) {
        put_row(json, Column{"forgotten", forgotten});
    }
};

}  // namespace

constinit const CommandSpec specs::slowlog = container({
    .name = "SLOWLOG",
    .flags = flag_admin | flag_loading | flag_no_multi,
    .syntax = "GET|LEN|RESET|HELP [count]",
    .reply = "as Redis replies",
    .summary = "Returns the latest slow commands",
    .group = "server",
    .routes = {{route<ListEntries>(
                    {.method = Method::get,
                     .path = "/v1/slowlog",
                     .id = "slowLog",
                     .summary = "Returns the latest slow commands and requests",
                     .call = "[?count=n]",
                     .command = "`SLOWLOG GET`, `SLOWLOG LEN`",
                     .answers = R"(200 `{"length","entries":[{"id","at","microseconds",)"
                                R"("arguments","client","name"}…]}`: the latest slow commands, )"
                                R"(newest first (default 10); `length` counts all entries; in )"
                                R"(arguments, a backslash, a single quote and all but printable )"
                                R"(ASCII is `\xHH`)",
                     .good = {{{200, "SlowLog",
                                "The latest entries, newest first, as in SLOWLOG GET"}}}}),
                route<ForgetEntries>(
                    {.method = Method::delete_,
                     .path = "/v1/slowlog",
                     .id = "forgetSlowLog",
                     .summary = "Deletes all entries of the slow log",
                     .command = "`SLOWLOG RESET`",
                     .answers = R"(200 `{"forgotten":n}`)",
                     .good = {{{200, "Forgotten", "The number of deleted entries"}}}})}},
    .subcommands = slowlog_subcommands,
});

}  // namespace commands
}  // namespace allot

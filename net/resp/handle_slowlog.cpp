#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "net/commands/handlers.hpp"
#include "net/commands/subcommands.hpp"

namespace allot::handlers {
namespace {

std::optional<std::int64_t> count_in(std::string_view digits) {
    std::int64_t count = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, count);
    if (read.ec != std::errc{} || read.ptr != end || count < -1) return {};
    return count;
}

void describe(ReplyWriter& reply, const SlowLog::Entry& entry) {
    reply.array(6);
    reply.integer(static_cast<std::int64_t>(entry.id));
    reply.integer(entry.at);
    reply.integer(entry.took.count());
    reply.array(entry.args.size());
    for (const std::string& arg : entry.args) reply.bulk(arg);
    reply.bulk(entry.peer);
    reply.bulk(entry.name);
}

Lsn get(Call& call) {
    const auto wanted = call.args.size() > 2 ? count_in(call.args[2])
                                             : static_cast<std::int64_t>(SlowLog::entries_told);
    if (!wanted) {
        call.fail(ErrorCode::generic, Quoted{call.args[2]},
                  " is no count: it is a whole number, and should be greater than or equal to -1");
        return no_lsn;
    }
    const auto& entries = call.hub.timings.slow.entries();
    const std::size_t most = *wanted < 0 ? entries.size() : static_cast<std::size_t>(*wanted);
    const std::size_t count = std::min(most, entries.size());
    call.reply.array(count);
    for (std::size_t i = 0; i < count; ++i) describe(call.reply, entries[i]);
    return no_lsn;
}

Lsn length(Call& call) {
    call.reply.integer(static_cast<std::int64_t>(call.hub.timings.slow.entries().size()));
    return no_lsn;
}

Lsn reset_log(Call& call) {
    call.hub.timings.slow.clear();
    call.reply.ok();
    return no_lsn;
}

constexpr std::array slowlog_subcommands = std::to_array<Subcommand>({
    {"GET", "[count]", "The last ones, the newest first: 10, or so many; -1 for all.", 0, 1, get},
    {"LEN", "", "How many there are.", 0, 0, length},
    {"RESET", "", "Forgets them.", 0, 0, reset_log},
});

}  // namespace

Lsn slowlog(Call& call) { return run_subcommand(call, slowlog_subcommands); }

}  // namespace allot::handlers

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/commands/server_commands.hpp"
#include "net/schema/container.hpp"
#include "net/text/ascii_case.hpp"

namespace allot::commands {

namespace {

/// True if `text` has the form of `pattern`, in which `*` stands for any bytes and `?` for one.
/// Case is ignored. At most |text| times |pattern| steps.
bool matches_setting(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            retry = i;
        } else if (at < pattern.size() &&
                   (pattern[at] == '?' ||
                    equal_ignoring_case(pattern.substr(at, 1), text.substr(i, 1)))) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

/// The settings that redis-benchmark and client libraries ask for, with the values that are true of
/// Allot.
std::vector<std::pair<std::string_view, std::string>> settings_of(const ServerContext& context) {
    const SlowLog& slow = context.timings.slow;
    return {{"appendonly", "yes"},
            {"databases", "1"},
            {"maxmemory", "0"},
            {"maxmemory-policy", "noeviction"},
            {"maxclients", std::to_string(context.identity.clients_max)},
            {"port", std::to_string(context.identity.port)},
            {"save", ""},
            {"slowlog-log-slower-than",
             std::to_string(slow.threshold == SlowLog::never ? -1 : slow.threshold.count())},
            {"slowlog-max-len", std::to_string(SlowLog::entries_max)}};
}

Lsn config_get(Call& call) {
    auto found = settings_of(call.server);
    std::erase_if(found, [&](const auto& setting) {
        return std::ranges::none_of(call.args.subspan(2), [&](std::string_view pattern) {
            return matches_setting(pattern, setting.first);
        });
    });
    call.reply.map(found.size());
    for (const auto& [name, value] : found) {
        call.reply.bulk(name);
        call.reply.bulk(value);
    }
    return no_lsn;
}

constexpr std::array config_subcommands = std::to_array<Subcommand>({
    {"GET", "pattern [pattern ...]", "Returns the settings whose names match.", 1, any_number,
     config_get},
});

}  // namespace

constinit const CommandSpec specs::config = container({
    .name = "CONFIG",
    .flags = flag_admin | flag_loading,
    .syntax = "GET pattern [pattern ...]",
    .reply = "map of name and value",
    .summary = "Returns the settings that client libraries ask for",
    .group = "server",
    .subcommands = config_subcommands,
});

}  // namespace allot::commands

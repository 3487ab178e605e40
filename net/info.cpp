#include "net/info.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "net/command_table.hpp"
#include "net/redis_terms.hpp"
#include "net/session.hpp"

namespace allot {

namespace {

InfoSection server_section(const Hub& hub) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(hub.now - hub.started);
    return {"Server",
            {{"allot_version", ALLOT_VERSION},
             {"redis_version", std::string{redis_version}},
             {"redis_mode", "standalone"},
             {"run_id", hub.run_id},
             {"process_id", std::to_string(::getpid())},
             {"tcp_port", std::to_string(hub.port)},
             {"http_port", std::to_string(hub.http_port)},
             {"uptime_in_seconds", std::to_string(uptime.count())}}};
}

InfoSection clients_section(const Hub& hub) {
    std::size_t queued = 0;
    std::size_t buffers = 0;
    std::size_t waiting = 0;
    for (const Session* const session : hub.sessions()) {
        queued += session->output().bytes();
        buffers += session->buffer_bytes();
        waiting += session->is_waiting() ? 1 : 0;
    }
    return {"Clients",
            {{"connected_clients", std::to_string(hub.sessions().size())},
             {"http_clients", std::to_string(hub.http_clients)},
             {"event_streams", std::to_string(hub.event_streams)},
             {"blocked_clients", std::to_string(waiting)},
             {"maxclients", std::to_string(hub.clients_max)},
             {"client_output_bytes", std::to_string(queued)},
             {"client_buffer_bytes", std::to_string(buffers)}}};
}

InfoSection stats_section(const Counters& counters) {
    InfoSection section{"Stats",
                        {{"total_connections_received", std::to_string(counters.connections)},
                         {"total_commands_processed", std::to_string(counters.commands)},
                         {"total_net_input_bytes", std::to_string(counters.bytes_in)},
                         {"total_net_output_bytes", std::to_string(counters.bytes_out)},
                         {"total_writes", std::to_string(counters.writes)},
                         {"total_accept_retries", std::to_string(counters.accept_retries)}}};
    for (std::size_t i = 0; i < drop_words.size(); ++i) {
        section.fields.emplace_back(std::string{"dropped_"}.append(drop_words[i]),
                                    std::to_string(counters.drops[i]));
    }
    return section;
}

/// Every code, so that a monitor sees a zero before it sees a one.
InfoSection errors_section(const Counters& counters) {
    InfoSection section{"Errorstats", {}};
    for (std::size_t i = 0; i < error_words.size(); ++i) {
        section.fields.emplace_back(std::string{"errorstat_"}.append(error_words[i]),
                                    "count=" + std::to_string(counters.errors[i]));
    }
    return section;
}

InfoSection stock_section(const Backend& backend) {
    if (backend.bus == nullptr) return {"Stock", {}};  // not open yet
    const std::scoped_lock turn{*backend.turn};
    const Repository& repository = backend.bus->repository();
    const Ledger& ledger = repository.ledger();
    return {"Stock",
            {{"products", std::to_string(repository.size())},
             {"batches", std::to_string(ledger.batch_count())},
             {"orders", std::to_string(ledger.order_count())},
             {"lines", std::to_string(ledger.line_count())},
             {"shortages", std::to_string(ledger.shortages().size())},
             {"last_lsn", std::to_string(backend.journal->last())},
             {"durable_lsn", std::to_string(backend.journal->durable())}}};
}

InfoSection persistence_section(const Hub& hub) {
    // ioredis, and others like it, wait for `loading` before they send the first command.
    InfoSection section{"Persistence",
                        {{"loading", hub.loading != nullptr ? "1" : "0"},
                         {"storage_failed", hub.storage_failed ? "1" : "0"}}};
    if (hub.loading == nullptr) return section;
    const Loading::Step step = hub.loading->step();
    section.fields.emplace_back("loading_step", step.what);
    section.fields.emplace_back("loading_loaded_perc", std::to_string(step.percent()));
    // Of this step, at its pace so far; what comes after it is not known.
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(hub.now - hub.started);
    const auto left = static_cast<std::uint64_t>(passed.count()) * (100 - step.percent()) /
                      std::max<std::uint64_t>(step.percent(), 1);
    section.fields.emplace_back("loading_eta_seconds", std::to_string(left + 1));
    return section;
}

/// Adds what the section does not tell yet.
void merge(InfoSection& section, InfoSection more) {
    for (auto& field : more.fields) {
        const bool is_told = std::ranges::any_of(
            section.fields, [&](const auto& told) { return told.first == field.first; });
        if (!is_told) section.fields.push_back(std::move(field));
    }
}

}  // namespace

std::vector<InfoSection> info_sections(const Hub& hub) {
    std::vector<InfoSection> sections{server_section(hub),         clients_section(hub),
                                      stats_section(hub.counters), errors_section(hub.counters),
                                      stock_section(hub.backend),  persistence_section(hub),
                                      replication_section(hub),    cluster_section()};
    if (!hub.backend.storage_info) return sections;
    for (InfoSection& more : hub.backend.storage_info()) {
        const auto same = std::ranges::find(sections, more.name, &InfoSection::name);
        if (same != sections.end()) {
            merge(*same, std::move(more));
        } else {
            sections.push_back(std::move(more));
        }
    }
    return sections;
}

std::string info_text(std::span<const InfoSection> sections,
                      std::span<const std::string_view> wanted) {
    const auto is_wanted = [&](std::string_view name) {
        return wanted.empty() || std::ranges::any_of(wanted, [&](std::string_view want) {
                   return equal_ignoring_case(want, name) || equal_ignoring_case(want, "all") ||
                          equal_ignoring_case(want, "default") ||
                          equal_ignoring_case(want, "everything");
               });
    };
    std::string text;
    for (const InfoSection& section : sections) {
        if (!is_wanted(section.name)) continue;
        if (!text.empty()) text.append("\r\n");
        text.append("# ").append(section.name).append("\r\n");
        for (const auto& [key, value] : section.fields) {
            text.append(key).append(":").append(value).append("\r\n");
        }
    }
    return text;
}

}  // namespace allot

#include "net/http/metrics.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/verb.hpp>
#include <mutex>

#include "net/command_table.hpp"
#include "net/http/metric_page.hpp"
#include "net/http/routes.hpp"
#include "net/process_figures.hpp"
#include "net/session.hpp"

namespace allot::http {

namespace {

std::uint64_t flag(bool value) { return value ? 1 : 0; }

void put_state(MetricPage& page, const Hub& hub) {
    const bool is_open = hub.loading == nullptr;
    const double loaded = is_open ? 1.0 : static_cast<double>(hub.loading->step().percent()) / 100;
    page.gauge("allot_build_info", "1, labeled with the version of the program")
        .value(1.0, {{"version", ALLOT_VERSION}});
    page.gauge("allot_ready", "1 while stock is served, as /readyz says")
        .value(flag(is_open && !hub.storage_failed));
    page.gauge("allot_loading_ratio", "How much of the present step of opening the store is done")
        .value(loaded);
    page.gauge("allot_storage_failed", "1 once the storage has failed: nothing more is accepted")
        .value(flag(hub.storage_failed));
}

void put_process(MetricPage& page, const Hub& hub) {
    const ProcessFigures process = ProcessFigures::now();
    page.gauge("process_start_time_seconds", "When the server began, seconds since 1970")
        .value(static_cast<double>(hub.unix_started));
    page.counter("process_cpu_seconds_total", "Processor time, of user and system")
        .value(process.cpu_seconds);
    page.gauge("process_resident_memory_bytes", "Memory that is resident")
        .value(process.resident_bytes);
    page.gauge("process_virtual_memory_bytes", "Memory that is mapped")
        .value(process.virtual_bytes);
    page.gauge("process_open_fds", "Open descriptors").value(process.open_descriptors);
    page.gauge("process_max_fds", "Descriptors that may be open").value(process.descriptors_max);
}

void put_clients(MetricPage& page, const Hub& hub) {
    const auto waiting = std::ranges::count_if(
        hub.sessions(), [](const Session* session) { return session->is_waiting(); });
    page.gauge("allot_clients", "Connections by protocol")
        .value(hub.sessions().size(), {{"protocol", "line"}})
        .value(hub.http_clients, {{"protocol", "http"}});
    page.gauge("allot_clients_max", "Connections that are accepted at a time")
        .value(hub.clients_max);
    page.gauge("allot_clients_waiting", "Clients whose FEED waits for facts")
        .value(static_cast<double>(waiting));
    page.gauge("allot_event_streams", "HTTP clients that are told of facts as they happen")
        .value(hub.event_streams);
    page.gauge("allot_client_output_bytes", "Replies that wait for durability, or to be taken")
        .value(hub.output_bytes);
    page.gauge("allot_client_buffer_bytes", "Memory held by all clients' buffers")
        .value(hub.buffer_bytes);
    page.gauge("allot_channels", "Channels that somebody listens to")
        .value(hub.channels.channels());
    page.gauge("allot_channel_patterns", "Patterns of channels that somebody listens to")
        .value(hub.channels.patterns());
    page.counter("allot_messages_total", "Messages delivered, one for each who listens")
        .value(hub.channels.delivered());
}

void put_traffic(MetricPage& page, const Counters& counters) {
    page.counter("allot_connections_total", "Connections accepted").value(counters.connections);
    page.counter("allot_connections_dropped_total", "Connections that the server ended, by cause");
    for (std::size_t i = 0; i < drop_words.size(); ++i) {
        page.value(counters.drops[i], {{"cause", drop_words[i]}});
    }
    page.counter("allot_received_bytes_total", "Bytes received").value(counters.bytes_in);
    page.counter("allot_sent_bytes_total", "Bytes sent").value(counters.bytes_out);
    page.counter("allot_writes_total", "System calls that sent replies").value(counters.writes);
}

void put_commands(MetricPage& page, const Counters& counters) {
    const auto each = [&](auto&& put) {
        for (const CommandSpec& spec : command_table()) {
            put(counters.verbs[place_of(&spec)], lower_case(spec.name));
        }
        put(counters.verbs[place_of(nullptr)], std::string{"(unknown)"});
    };
    page.counter("allot_commands_total", "Commands of the line protocol, by verb");
    each([&](const VerbCounters& verb, const std::string& name) {
        page.value(verb.calls, {{"verb", name}});
    });
    page.counter("allot_command_seconds_total",
                 "Time from being read to the reply, the wait for the disk not included");
    each([&](const VerbCounters& verb, const std::string& name) {
        page.value(verb.took, {{"verb", name}});
    });
    page.counter("allot_errors_total", "Error replies in either protocol, by code");
    for (std::size_t i = 0; i < error_words.size(); ++i) {
        page.value(counters.errors[i], {{"code", error_words[i]}});
    }
}

void put_requests(MetricPage& page, const Counters& counters) {
    constexpr std::array<std::string_view, 3> words{"2xx", "4xx", "5xx"};
    const auto put = [&](const Route* route, std::string_view method, std::string_view path) {
        const auto& answers = counters.routes[place_of_route(route)];
        const std::array counts{answers[2], answers[4], answers[5]};
        for (std::size_t i = 0; i < counts.size(); ++i) {
            page.value(counts[i], {{"method", method}, {"route", path}, {"status", words[i]}});
        }
    };
    page.counter("allot_http_requests_total", "Answers over HTTP, by route and class of status");
    for (const Route& route : routes()) {
        const auto method = boost::beast::http::to_string(route.method);
        put(&route, {method.data(), method.size()}, route.path);
    }
    put(nullptr, "", "(none)");
}

void put_timings(MetricPage& page, const Timings& timings) {
    page.histogram(
            "allot_execute_seconds",
            "Commands and requests from being read to their reply, the wait for the disk not "
            "included; ALLOCATEs that were sent together count with their mean")
        .value(timings.line, {{"protocol", "line"}})
        .value(timings.http, {{"protocol", "http"}});
    page.histogram("allot_durable_seconds",
                   "Replies from being made until what they tell of is durable; those that one "
                   "client waits for together count once")
        .value(timings.durable);
    page.counter("allot_slow_commands_total", "Commands that SLOWLOG has kept")
        .value(timings.slow.added());
}

void put_stock(MetricPage& page, const Backend& backend) {
    const std::scoped_lock turn{*backend.turn};
    const Repository& repository = backend.bus->repository();
    const Ledger& ledger = repository.ledger();
    page.gauge("allot_products", "SKUs").value(repository.size());
    page.gauge("allot_batches", "Batches").value(ledger.batch_count());
    page.gauge("allot_orders", "Orders with a line allocated").value(ledger.order_count());
    page.gauge("allot_lines", "Lines allocated").value(ledger.line_count());
    page.gauge("allot_shortages", "Lines that are short").value(ledger.shortages().size());
    const Lsn last = backend.journal->last();
    const Lsn durable = std::min(last, backend.journal->durable());
    page.gauge("allot_last_lsn", "The last fact").value(last);
    page.gauge("allot_durable_lsn", "The last fact that may be acknowledged").value(durable);
    page.gauge("allot_journal_lag_facts", "Facts that are not durable yet").value(last - durable);
}

void put_storage(MetricPage& page, const StorageFigures& storage, Lsn last) {
    page.gauge("allot_stock_memory_bytes", "Memory of products, batches, orders and lines")
        .value(storage.stock_bytes);
    page.gauge("allot_oldest_lsn", "The first fact that the journal still holds")
        .value(storage.oldest_lsn);
    page.gauge("allot_recovered_facts", "Facts replayed at the start")
        .value(storage.recovered_facts);
    page.counter("allot_journal_bytes_total", "Bytes of facts journaled")
        .value(storage.journal_bytes);
    page.gauge("allot_journal_file_bytes", "Bytes of the journal's files")
        .value(storage.journal_file_bytes);
    page.gauge("allot_journal_held_back_bytes",
               "Of these, what only event handlers still need, by the last snapshot")
        .value(storage.held_back_bytes);
    page.gauge("allot_journal_waiting_bytes", "Bytes of facts that wait for the group before them")
        .value(storage.waiting_bytes);
    page.histogram("allot_journal_group_facts", "Facts that shared one write")
        .value(storage.groups, storage.written_facts);
    page.counter("allot_snapshots_total", "Snapshots by how they ended")
        .value(storage.snapshots_taken, {{"result", "taken"}})
        .value(storage.snapshots_failed, {{"result", "failed"}});
    page.gauge("allot_snapshot_running", "1 while one is being taken")
        .value(flag(storage.snapshot_running));
    page.gauge("allot_snapshot_age_facts", "Facts since the last snapshot: what a restart replays")
        .value(last - std::min(last, storage.snapshot_lsn));
    page.gauge("allot_snapshot_timestamp_seconds",
               "When this process took its last snapshot, seconds since 1970; 0: it has not")
        .value(static_cast<double>(storage.snapshot_at) / 1e6);
    page.gauge("allot_snapshot_duration_seconds", "How long the last snapshot took")
        .value(storage.snapshot_took);
    page.gauge("allot_snapshot_pause_seconds", "The longest that the last snapshot held the stock")
        .value(storage.snapshot_pause);
}

void put_handlers(MetricPage& page, const std::vector<HandlerFigures>& handlers) {
    if (handlers.empty()) return;
    page.gauge("allot_handler_lsn", "The last fact that the event handler has dealt with");
    for (const auto& each : handlers) page.value(each.done, {{"handler", each.name}});
    page.gauge("allot_handler_lag_facts", "Facts that the event handler has yet to look at");
    for (const auto& each : handlers) page.value(each.lag_facts, {{"handler", each.name}});
    page.gauge("allot_handler_needs_lsn", "The first fact that the event handler still needs");
    for (const auto& each : handlers) page.value(each.needs, {{"handler", each.name}});
    page.counter("allot_handler_deliveries_total", "Notifications that were taken");
    for (const auto& each : handlers) page.value(each.deliveries, {{"handler", each.name}});
    page.counter("allot_handler_failures_total",
                 "Attempts that failed: to notify, or to read the journal");
    for (const auto& each : handlers) page.value(each.failures, {{"handler", each.name}});
}

}  // namespace

std::string metrics_text(const Hub& hub) {
    MetricPage page;
    put_state(page, hub);
    put_process(page, hub);
    put_clients(page, hub);
    put_traffic(page, hub.counters);
    put_commands(page, hub.counters);
    put_requests(page, hub.counters);
    put_timings(page, hub.timings);
    if (hub.loading != nullptr) return page.text();
    put_stock(page, hub.backend);
    if (hub.backend.storage_figures) {
        const StorageFigures storage = hub.backend.storage_figures();
        put_storage(page, storage, hub.backend.journal->last());
        put_handlers(page, storage.handlers);
        page.counter("allot_log_lines_lost_total", "Log lines that were dropped: nothing read them")
            .value(storage.log_lines_lost);
    }
    return page.text();
}

}  // namespace allot::http

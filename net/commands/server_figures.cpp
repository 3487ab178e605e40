#include "net/commands/server_figures.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "net/commands/registry.hpp"
#include "net/commands/routes.hpp"
#include "net/core/process_figures.hpp"
#include "net/core/redis_terms.hpp"
#include "net/core/session.hpp"
#include "net/text/ascii_case.hpp"

// Keys that Redis also has keep its names, so that its tools find them: see net/FIGURES.md.

namespace allot {

namespace {

std::chrono::seconds uptime_of(const ServerContext& context) {
    return std::chrono::duration_cast<std::chrono::seconds>(context.clock.now -
                                                            context.clock.started);
}

void add_server(Figures& to, const ServerContext& context) {
    constexpr std::string_view no_quantity = "an identity, not a quantity";
    to.begin("server");
    to.gauge("allot_version", "allot_build_info", "1, labeled with the version of the program",
             std::string{ALLOT_VERSION}, {{"version", ALLOT_VERSION}});
    to.gauge("process_id", not_shown(no_quantity), "Id of the server's process",
             static_cast<std::uint64_t>(::getpid()));
    to.gauge("tcp_port", not_shown(no_quantity), "TCP port on which the server accepts RESP",
             std::uint64_t{context.identity.port});
    to.gauge("http_port", not_shown(no_quantity),
             "TCP port on which the server accepts HTTP; 0: none",
             std::uint64_t{context.identity.http_port});
    to.gauge("uptime_in_seconds", not_shown("time() - process_start_time_seconds"),
             "Time since the server started",
             static_cast<std::uint64_t>(uptime_of(context).count()));
    to.gauge("ready", "allot_ready", "1 while stock is served, as /readyz says",
             context.store.loading == nullptr && !context.store.failed);
}

void add_process(Figures& to, const ServerContext& context) {
    const ProcessFigures process = ProcessFigures::now();
    to.begin("process");
    to.gauge("start_time_seconds", "process_start_time_seconds",
             "Time of the server's start, in seconds since 1970",
             static_cast<std::uint64_t>(context.clock.unix_started));
    to.counter("cpu_seconds", "process_cpu_seconds_total", "Processor time, user and system",
               process.cpu_seconds);
    to.gauge("resident_memory_bytes", "process_resident_memory_bytes", "Resident memory",
             process.resident_bytes);
    to.gauge("virtual_memory_bytes", "process_virtual_memory_bytes", "Mapped memory",
             process.virtual_bytes);
    to.gauge("open_fds", "process_open_fds", "Open file descriptors", process.open_descriptors);
    to.gauge("max_fds", "process_max_fds", "Maximum of open file descriptors",
             process.descriptors_max);
}

void add_clients(Figures& to, const ServerContext& context) {
    const auto waiting = std::ranges::count_if(
        context.sessions(),
        [](const ServerContext::Entered& each) { return each.session->is_waiting(); });
    constexpr std::string_view by_protocol = "Connections, by protocol";
    to.begin("clients");
    to.gauge("connected_clients", "allot_clients", by_protocol, context.sessions().size(),
             {{"protocol", "resp"}});
    to.gauge("http_clients", "allot_clients", by_protocol, context.usage.http_clients,
             {{"protocol", "http"}});
    to.gauge("event_streams", "allot_event_streams", "HTTP clients that receive events as a stream",
             context.usage.event_streams);
    to.gauge("blocked_clients", "allot_blocked_clients", "Clients whose FEED waits for events",
             static_cast<std::uint64_t>(waiting));
    to.gauge("maxclients", "allot_clients_max",
             "Maximum of connections, of both protocols together", context.identity.clients_max);
    to.gauge("client_output_bytes", "allot_client_output_bytes",
             "Bytes of replies of both protocols that wait to become durable or to be sent",
             context.usage.output_bytes);
    to.gauge("client_buffer_bytes", "allot_client_buffer_bytes",
             "Memory held by the buffers of all connections, of both protocols",
             context.usage.buffer_bytes);
}

void add_traffic(Figures& to, const Counters& counters) {
    to.begin("stats");
    to.counter("total_connections_received", "allot_connections_total", "Connections accepted",
               counters.connections);
    to.counter("total_commands_processed", "allot_commands_processed_total",
               "Commands of RESP and requests over HTTP that were executed", counters.commands);
    to.counter("total_net_input_bytes", "allot_received_bytes_total", "Bytes received",
               counters.bytes_in);
    to.counter("total_net_output_bytes", "allot_sent_bytes_total", "Bytes sent",
               counters.bytes_out);
    to.counter("reply_writes", "allot_reply_writes_total", "System calls that sent replies",
               counters.writes);
    to.counter("accept_retries", "allot_accept_retries_total",
               "Times that the server had to wait for descriptors before accepting",
               counters.accept_retries);
    for (std::size_t i = 0; i < disconnect_reason_words.size(); ++i) {
        const std::string word{disconnect_reason_words[i]};
        to.counter("dropped_" + word, "allot_connections_dropped_total",
                   "Connections that the server ended, by cause", counters.disconnects[i],
                   {{"cause", word}});
    }
}

void add_channels(Figures& to, const PubSub& channels) {
    to.begin("stats");
    to.gauge("pubsub_channels", "allot_channels", "Channels with a subscriber",
             channels.channels());
    to.gauge("pubsub_patterns", "allot_channel_patterns", "Patterns of channels with a subscriber",
             channels.patterns());
    to.counter("messages", "allot_messages_total", "Messages delivered, one for each subscriber",
               channels.delivered());
}

void add_timings(Figures& to, const Timings& timings) {
    constexpr std::string_view executed =
        "Time from reading a command or request to its reply, without the wait for the disk; "
        "ALLOCATEs that were sent together count with their mean";
    to.begin("stats");
    to.counter("slow_commands", "allot_slow_commands_total", "Commands that SLOWLOG has kept",
               timings.slow.added());
    to.histogram("allot_execute_seconds", executed, FigureHistogram::of(timings.resp),
                 {{"protocol", "resp"}});
    to.histogram("allot_execute_seconds", executed, FigureHistogram::of(timings.http),
                 {{"protocol", "http"}});
    to.histogram("allot_durable_seconds",
                 "Time from writing a reply until the facts it depends on are durable; replies "
                 "that one client awaits together count once",
                 FigureHistogram::of(timings.durable));
}

void add_answers(Figures& to, const Counters& counters) {
    constexpr std::array<std::string_view, 3> classes{"2xx", "4xx", "5xx"};
    to.begin("stats");
    const auto add = [&](const Route* route, std::string_view method, std::string_view path) {
        const auto& answers = counters.routes[route_index(route)];
        const std::array counts{answers[2], answers[4], answers[5]};
        for (std::size_t i = 0; i < counts.size(); ++i) {
            to.counter(not_shown("each route by three classes of status"),
                       "allot_http_requests_total",
                       "Responses over HTTP, by route and class of status", counts[i],
                       {{"method", std::string{method}},
                        {"route", std::string{path}},
                        {"status", std::string{classes[i]}}});
        }
    };
    for (const Route& route : routes()) {
        add(&route, method_text(route.method), route.path);
    }
    add(nullptr, "", "(none)");
}

/// Every code, so that a monitor sees a zero before it sees a one.
void add_errors(Figures& to, const Counters& counters) {
    to.begin("errorstats");
    for (std::size_t i = 0; i < error_words.size(); ++i) {
        to.begin_row(std::string{error_words[i]});
        to.counter("count", "allot_errors_total", "Error replies in either protocol, by code",
                   counters.errors[i]);
    }
}

void add_command(Figures& to, const VerbCounters& verb, std::string name) {
    using std::chrono::microseconds;
    const double calls = static_cast<double>(std::max<std::uint64_t>(verb.calls, 1));
    const std::chrono::duration<double, std::micro> took = verb.took;
    to.begin_row(std::move(name));
    to.counter("calls", "allot_commands_total", "Commands of RESP, by verb", verb.calls);
    to.counter("usec", "allot_command_seconds_total",
               "Time from reading a command to its reply, without the wait for the disk",
               verb.took);
    to.gauge("usec_per_call", not_shown("allot_command_seconds_total / allot_commands_total"),
             "The mean time of a command", std::round(took.count() / calls * 100) / 100);
}

void add_commands(Figures& to, const Counters& counters) {
    to.begin("commandstats");
    for (const CommandSpec& spec : command_table()) {
        add_command(to, counters.verbs[command_table().index_of(&spec)], lower_case(spec.name));
    }
    add_command(to, counters.verbs[command_table().index_of(nullptr)], "(unknown)");
}

void add_stock(Figures& to, const Backend& backend) {
    const std::scoped_lock lock{*backend.mutex};
    const Repository& repository = backend.bus->repository();
    const Ledger& ledger = repository.ledger();
    to.begin("stock");
    to.gauge("products", "allot_products", "SKUs", repository.size());
    to.gauge("batches", "allot_batches", "Batches", ledger.batch_count());
    to.gauge("orders", "allot_orders", "Orders with a line allocated", ledger.order_count());
    to.gauge("lines", "allot_lines", "Lines allocated", ledger.line_count());
    to.gauge("shortages", "allot_shortages", "Lines that are short", ledger.shortages().size());
    const Lsn last = backend.journal->last();
    const Lsn durable = std::min(last, backend.journal->durable());
    to.begin("persistence");
    to.gauge("last_lsn", "allot_last_lsn", "LSN of the last fact", last);
    to.gauge("durable_lsn", "allot_durable_lsn", "LSN of the last fact that may be acknowledged",
             durable);
    to.gauge("journal_lag_facts", "allot_journal_lag_facts", "Facts that are not durable yet",
             last - durable);
    if (backend.history == nullptr) return;
    to.gauge("history", not_shown("an identity, not a quantity"),
             "Id of the history that the last fact belongs to",
             text_of(backend.history->current()));
}

/// Estimates the rest of the present step by its pace; the duration of later steps is unknown.
std::uint64_t seconds_left(const ServerContext& context, std::uint64_t percent) {
    const auto passed = static_cast<std::uint64_t>(uptime_of(context).count());
    return passed * (100 - percent) / std::max<std::uint64_t>(percent, 1) + 1;
}

void add_state(Figures& to, const ServerContext& context) {
    const bool is_loading = context.store.loading != nullptr;
    const Loading::Step step = is_loading ? context.store.loading->step() : Loading::Step{};
    const double loaded = is_loading ? static_cast<double>(step.percent()) / 100 : 1.0;
    to.begin("persistence");
    // ioredis, and others like it, wait for `loading` before they send the first command.
    to.gauge("loading", "allot_loading", "1 while the store is being opened", is_loading);
    to.gauge("storage_failed", "allot_storage_failed",
             "1 once the storage has failed: changes are refused", context.store.failed);
    to.gauge("loading_ratio", "allot_loading_ratio",
             "Completed part of the present step of opening the store", loaded);
    if (!is_loading) return;
    to.gauge("loading_step", not_shown("a text"), "Name of the present step",
             std::string{step.what});
    to.gauge("loading_loaded_perc", not_shown("allot_loading_ratio"),
             "Completed part of the present step, in percent", std::uint64_t{step.percent()});
    to.gauge("loading_eta_seconds", not_shown("the pace of allot_loading_ratio"),
             "Estimated time until the present step is complete",
             seconds_left(context, step.percent()));
}

}  // namespace

Figures server_figures(const ServerContext& context) {
    Figures figures;
    add_server(figures, context);
    add_redis_terms(figures, context);
    add_process(figures, context);
    add_clients(figures, context);
    add_traffic(figures, context.counters);
    add_channels(figures, context.pub_sub);
    add_timings(figures, context.timings);
    add_answers(figures, context.counters);
    add_errors(figures, context.counters);
    add_commands(figures, context.counters);
    add_state(figures, context);
    if (context.store.loading != nullptr) return figures;
    add_stock(figures, context.store.backend);
    if (context.store.backend.add_figures) context.store.backend.add_figures(figures);
    return figures;
}

}  // namespace allot

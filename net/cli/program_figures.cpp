#include "net/cli/program_figures.hpp"

#include <algorithm>
#include <string>

#include "net/text/escape.hpp"

namespace allot::program {

namespace {

using std::chrono::microseconds;

void add_journal(Figures& to, const StoreStatus& status) {
    to.gauge("oldest_lsn", "allot_oldest_lsn", "LSN of the first fact that the journal still holds",
             status.oldest);
    to.gauge("recovered_facts", "allot_recovered_facts", "Facts replayed at the start",
             status.recovered_facts);
    to.counter("journal_appended_bytes", "allot_journal_appended_bytes_total",
               "Bytes of facts journaled", status.journal_bytes);
    to.gauge("journal_file_bytes", "allot_journal_file_bytes", "Bytes of the journal's files",
             status.journal_file_bytes);
    to.gauge("journal_retained_bytes", "allot_journal_retained_bytes",
             "Of these, the bytes that only event sinks still need, as of the last snapshot",
             status.retained_bytes);
    to.gauge("journal_waiting_bytes", "allot_journal_waiting_bytes",
             "Bytes of facts that wait for the group before them", status.waiting_bytes);
    to.counter("journal_groups", not_shown("allot_journal_group_facts_count"),
               "Groups of facts that shared one write", status.journal_groups);
    to.histogram("allot_journal_group_facts", "Facts that shared one write",
                 FigureHistogram::of_powers({status.group_sizes.begin(), status.group_sizes.end()},
                                            status.written_facts));
}

void add_disk(Figures& to, const StoreStatus& status) {
    to.gauge("disk_full", "allot_disk_full",
             "1 while the next journal file cannot be made: changes are refused once the present "
             "one is full",
             status.disk_full);
    to.gauge("disk_free_bytes", "allot_disk_free_bytes", "Free bytes of the store's file system",
             status.disk_free_bytes);
    to.gauge("disk_lasts_seconds", "allot_disk_lasts_seconds",
             "Time until the journal fills the disk at its pace, if nothing is removed; at most "
             "100 years",
             static_cast<std::uint64_t>(status.disk_lasts.count()));
}

void add_snapshots(Figures& to, const StoreStatus& status) {
    constexpr std::string_view by_result = "Snapshots, by result";
    to.gauge("snapshot_lsn", "allot_snapshot_lsn",
             "LSN of the last fact in the last snapshot; a restart replays the facts after it",
             status.snapshot);
    to.gauge("snapshot_age_facts", "allot_snapshot_age_facts",
             "Facts since the last snapshot: what a restart replays",
             status.last - std::min(status.last, status.snapshot));
    to.gauge("snapshot_running", "allot_snapshot_running", "1 while a snapshot is being taken",
             status.snapshot_running);
    to.counter("snapshots_taken", "allot_snapshots_total", by_result, status.snapshots_taken,
               {{"result", "taken"}});
    to.counter("snapshots_failed", "allot_snapshots_total", by_result, status.snapshots_failed,
               {{"result", "failed"}});
    to.gauge("snapshot_timestamp_seconds", "allot_snapshot_timestamp_seconds",
             "Time when this process took its last snapshot, in seconds since 1970; 0: none",
             static_cast<double>(status.snapshot_at) / 1e6);
    to.gauge("snapshot_duration_seconds", "allot_snapshot_duration_seconds",
             "Duration of the last snapshot", microseconds{status.snapshot_took_us});
    to.gauge("snapshot_pause_seconds", "allot_snapshot_pause_seconds",
             "Longest time that the last snapshot blocked the stock",
             microseconds{status.snapshot_pause_us});
}

}  // namespace

void add_store_figures(Figures& to, const StoreStatus& status) {
    to.begin("stock");
    to.gauge("stock_memory_bytes", "allot_stock_memory_bytes",
             "Memory of products, batches, orders, lines and shortages", status.memory_bytes);
    to.begin("persistence");
    add_journal(to, status);
    add_disk(to, status);
    add_snapshots(to, status);
}

void add_sink_figures(Figures& to, const std::vector<SinkStatus>& sinks) {
    to.begin("sinks");
    for (const SinkStatus& sink : sinks) {
        std::string error;
        append_escaped(error, sink.last_error, sink_error_bytes_max);
        to.begin_row(sink.name);
        to.gauge("lsn", "allot_sink_lsn", "LSN of the last event that the sink has processed",
                 sink.acked);
        to.gauge("lag_events", "allot_sink_lag_events",
                 "Events that the sink has not processed yet", sink.lag);
        to.gauge("needs_lsn", "allot_sink_needs_lsn",
                 "LSN of the first event that the sink still needs", sink.persisted + 1);
        to.counter("deliveries", "allot_sink_deliveries_total", "Notifications that were accepted",
                   sink.acted);
        to.counter("failures", "allot_sink_failures_total",
                   "Attempts that failed: to notify, or to read the journal", sink.failures);
        to.gauge("retry_seconds", "allot_sink_retry_seconds",
                 "Time until the event sink is called again after a failure; 0: it is not waiting",
                 sink.retry_in);
        to.gauge("last_error", not_shown("a text"), "Error of the last failure", std::move(error));
    }
}

void add_log_figures(Figures& to, std::uint64_t lines_lost) {
    to.begin("stats");
    to.counter("log_lines_lost", "allot_log_lines_lost_total",
               "Lines of the program's log that were dropped, because nothing read them",
               lines_lost);
}

}  // namespace allot::program

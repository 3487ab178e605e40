#include "net/program/store_info.hpp"

#include <string>

namespace allot::program {

std::vector<InfoSection> store_info(const StoreStatus& status) {
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    const auto flag = [](bool value) { return std::string{value ? "1" : "0"}; };
    return {{"Stock",
             {{"products", number(status.products)},
              {"batches", number(status.batches)},
              {"orders", number(status.orders)},
              {"lines", number(status.lines)},
              {"stock_memory_bytes", number(status.memory_bytes)}}},
            {"Persistence",
             {{"storage_failed", flag(status.failed)},
              {"last_lsn", number(status.last)},
              {"durable_lsn", number(status.durable)},
              {"oldest_lsn", number(status.oldest)},
              {"recovered_facts", number(status.recovered_facts)},
              {"journal_bytes", number(status.journal_bytes)},
              {"journal_file_bytes", number(status.journal_file_bytes)},
              {"journal_held_back_bytes", number(status.held_back_bytes)},
              {"journal_groups", number(status.journal_groups)},
              {"snapshot_lsn", number(status.snapshot)},
              {"snapshot_running", flag(status.snapshot_running)},
              {"snapshots_taken", number(status.snapshots_taken)},
              {"snapshots_failed", number(status.snapshots_failed)},
              {"snapshot_pause_us", number(status.snapshot_pause_us)}}}};
}

StorageFigures storage_figures(const StoreStatus& status,
                               const std::vector<HandlerStatus>& handlers) {
    using std::chrono::microseconds;
    StorageFigures figures{.oldest_lsn = status.oldest,
                           .recovered_facts = status.recovered_facts,
                           .stock_bytes = status.memory_bytes,
                           .journal_bytes = status.journal_bytes,
                           .waiting_bytes = status.waiting_bytes,
                           .journal_file_bytes = status.journal_file_bytes,
                           .held_back_bytes = status.held_back_bytes,
                           .groups = {status.group_sizes.begin(), status.group_sizes.end()},
                           .written_facts = status.written_facts,
                           .snapshot_lsn = status.snapshot,
                           .snapshot_running = status.snapshot_running,
                           .snapshots_taken = status.snapshots_taken,
                           .snapshots_failed = status.snapshots_failed,
                           .snapshot_at = status.snapshot_at,
                           .snapshot_took = microseconds{status.snapshot_took_us},
                           .snapshot_pause = microseconds{status.snapshot_pause_us}};
    for (const HandlerStatus& handler : handlers) {
        figures.handlers.push_back({.name = handler.name,
                                    .done = handler.done,
                                    .lag_facts = handler.lag,
                                    .needs = handler.kept + 1,
                                    .deliveries = handler.acted,
                                    .failures = handler.failures});
    }
    return figures;
}

}  // namespace allot::program

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/history.hpp"
#include "engine/message_bus.hpp"
#include "engine/ports.hpp"

namespace allot {

/// A part of what INFO answers: `# Name`, then a line `key:value` a field.
struct InfoSection {
    std::string name;  ///< one word
    std::vector<std::pair<std::string, std::string>> fields;
};

/// How one of those who are told of facts stands. What is counted, is since the process began.
struct HandlerFigures {
    std::string name;  ///< the program's or the operator's, never a client's
    Lsn done = 0;      ///< the last fact that it has dealt with
    std::uint64_t lag_facts = 0;
    Lsn needs = 0;  ///< the first fact that the journal is kept for
    std::uint64_t deliveries = 0;
    std::uint64_t failures = 0;
};

/// What a monitor wants to know of the storage. What is counted, is since the process began.
struct StorageFigures {
    Lsn oldest_lsn = 0;  ///< that the journal still holds
    std::uint64_t recovered_facts = 0;
    std::uint64_t stock_bytes = 0;    ///< of memory
    std::uint64_t journal_bytes = 0;  ///< appended
    std::uint64_t waiting_bytes = 0;  ///< appended while another group is written
    std::uint64_t journal_file_bytes = 0;
    std::uint64_t held_back_bytes = 0;  ///< of these, for those alone who are told of facts
    /// Groups of up to 1, 2, 4, … facts, each without those before it; the last has no bound.
    std::vector<std::uint64_t> groups = {};
    std::uint64_t written_facts = 0;  ///< in those groups
    Lsn snapshot_lsn = 0;             ///< after which a restart replays the journal
    bool snapshot_running = false;
    std::uint64_t snapshots_taken = 0;
    std::uint64_t snapshots_failed = 0;
    // Of the last snapshot; 0: none was taken.
    UnixMicros snapshot_at = 0;
    std::chrono::microseconds snapshot_took{0};
    std::chrono::microseconds snapshot_pause{0};  ///< the longest that it held up the stock
    std::uint64_t log_lines_lost = 0;             ///< of the program's log, because nothing read it
    std::vector<HandlerFigures> handlers = {};
};

/// The stock that a server serves, and what it may ask of the storage behind it. What is referred
/// to must outlive the server. Null together, bus, journal and turn: the store is not open yet.
struct Backend {
    /// Used only with `turn` held.
    MessageBus* bus = nullptr;
    /// Replies wait for its durable LSN. The server takes its on_durable().
    Journal* journal = nullptr;
    /// One command at a time, whoever gives it. The server holds it for a round of many commands.
    TurnMutex* turn = nullptr;
    /// What FEED reads, once it is durable. Null: FEED is refused.
    FactHistory* history = nullptr;
    /// Begins a snapshot. False: one is being taken already. May throw std::system_error.
    /// Called without `turn`. Empty: SNAPSHOT is refused.
    std::function<bool()> start_snapshot = {};
    /// What only the storage can tell in INFO (`Persistence`); a section that the server has, too,
    /// is completed. Called without `turn`.
    std::function<std::vector<InfoSection>()> storage_info = {};
    /// Likewise, in /metrics.
    std::function<StorageFigures()> storage_figures = {};
};

}  // namespace allot

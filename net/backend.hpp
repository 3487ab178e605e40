#pragma once

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

/// The stock that a server serves, and what it may ask of the storage behind it. What is referred
/// to must outlive the server.
struct Backend {
    /// Used only with `turn` held.
    MessageBus& bus;
    /// Replies wait for its durable LSN. The server takes its on_durable().
    Journal& journal;
    /// One command at a time, whoever gives it. The server holds it for a round of many commands.
    TurnMutex& turn;
    /// What FEED reads, once it is durable. Null: FEED is refused.
    FactHistory* history = nullptr;
    /// Begins a snapshot. False: one is being taken already. May throw std::system_error.
    /// Called without `turn`. Empty: SNAPSHOT is refused.
    std::function<bool()> start_snapshot = {};
    /// What only the storage can tell in INFO (`Persistence`); a section that the server has, too,
    /// is completed. Called without `turn`.
    std::function<std::vector<InfoSection>()> storage_info = {};
};

}  // namespace allot

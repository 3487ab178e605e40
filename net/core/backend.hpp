#pragma once

#include <functional>

#include "engine/history.hpp"
#include "engine/message_bus.hpp"
#include "engine/ports.hpp"

namespace allot {

class Figures;

/// The stock of a server, and the storage behind it. All pointers outlive the server. bus, journal
/// and mutex are null together while the store is not open.
struct Backend {
    /// Used only with `mutex` held.
    MessageBus* bus = nullptr;
    /// Replies wait for its durable LSN. The server takes its on_durable().
    Journal* journal = nullptr;
    /// Held while a command is executed. The server holds it for a batch of many commands.
    StoreMutex* mutex = nullptr;
    /// The history that FEED reads. Null: FEED is refused.
    FactHistory* history = nullptr;
    /// Begins a snapshot. False: one is being taken already. May throw std::system_error.
    /// Called without `mutex`. Empty: SNAPSHOT is refused.
    std::function<bool()> start_snapshot = {};
    /// Adds the figures that only the storage knows. Called without `mutex`, once the store is
    /// open.
    std::function<void(Figures& to)> add_figures = {};
};

}  // namespace allot

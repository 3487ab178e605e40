#pragma once

#include <cstddef>
#include <memory>

#include "net/resp/command_queue.hpp"
#include "net/schema/call.hpp"

namespace allot {

/// The transaction of one client: the SKUs that it watches and, from MULTI to EXEC, the commands
/// that wait for EXEC.
class Transaction {
public:
    /// Commands are queued.
    [[nodiscard]] bool is_queueing() const noexcept { return queue_ != nullptr; }
    /// MULTI
    void begin() { queue_ = std::make_unique<CommandQueue>(); }
    /// Queues a command, or refuses it, and replies. \pre is_queueing()
    void queue(Call& call);
    /// A command was refused while others are queued, and has been answered so: the transaction
    /// will not be executed. Of an EXEC that is its end. \param before the output's size then.
    void refused(Call& call, std::size_t before);
    /// EXEC: executes what is queued as one unit, and replies. \pre is_queueing()
    Lsn execute(Call& call);
    /// Forgets what is queued and watched.
    void discard() noexcept;

    [[nodiscard]] WatchList& watches() noexcept { return watches_; }
    /// One of its commands is being executed: it must not wait.
    [[nodiscard]] bool is_executing() const noexcept { return is_executing_; }
    /// Commands of the last one that was executed.
    [[nodiscard]] std::size_t executed() const noexcept { return executed_; }
    /// Memory that it holds.
    [[nodiscard]] std::size_t capacity() const noexcept {
        return watches_.bytes() + (queue_ ? queue_->capacity() : 0);
    }

private:
    std::unique_ptr<CommandQueue> queue_;  // null: commands are executed
    WatchList watches_;
    bool is_executing_ = false;
    std::size_t executed_ = 0;
};

}  // namespace allot

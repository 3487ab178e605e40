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
    /// True while commands are queued.
    [[nodiscard]] bool is_queueing() const noexcept { return queue_ != nullptr; }
    /// MULTI
    void begin() { queue_ = std::make_unique<CommandQueue>(); }
    /// Queues a command, or refuses it, and replies. \pre is_queueing()
    void queue(Call& call);
    /// Notes that a command was refused while others are queued: EXEC will execute nothing. The
    /// refusal of an EXEC ends the transaction. \param before size of the output before the
    /// refusal.
    void refused(Call& call, std::size_t before);
    /// EXEC: executes the queued commands as one unit, and replies. \pre is_queueing()
    Lsn execute(Call& call);
    /// Drops the queued commands and the watches.
    void discard() noexcept;

    [[nodiscard]] WatchList& watches() noexcept { return watches_; }
    /// True while one of its commands is executed, which must not wait.
    [[nodiscard]] bool is_executing() const noexcept { return is_executing_; }
    /// The number of commands of the last execution.
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

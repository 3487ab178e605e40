#pragma once

#include "tests/commands/play.hpp"
#include "tests/dst/disk/history.hpp"

namespace allot::testing {

/// Random changes of stock, some of them in a transaction.
class RandomCommands {
public:
    /// \param skus to choose from: a snapshot of more than 32 is copied in several slices.
    RandomCommands(Random& random, std::uint64_t skus)
        : chance_{random}, commands_{chance_, skus, Commands::changes} {}

    /// Executes one unit of work. \return the LSN that makes its answer certain.
    /// \throws std::system_error when the storage has failed.
    Lsn command(MessageBus& bus) {
        const Unit unit = commands_.draw();
        const Played played = play(unit, bus);
        count(tally_, unit, played);
        return played.lsn;
    }
    /// Notes the state after it, too. \pre no part of it can be written yet: the mutex is locked.
    Lsn command(MessageBus& bus, History& history) {
        const Lsn last = command(bus);
        history.happened(last, state_hash(bus.repository()));
        return last;
    }
    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

private:
    SeededChance chance_;
    Commands commands_;
    Tally tally_;
};

}  // namespace allot::testing

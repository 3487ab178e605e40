#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/fact.hpp"

namespace allot {

/// The facts asked for are not kept any more. The history goes on from oldest().
class TrimmedHistory : public std::runtime_error {
public:
    explicit TrimmedHistory(Lsn oldest)
        : std::runtime_error{"the history begins at LSN " + std::to_string(oldest)},
          oldest_{oldest} {}
    [[nodiscard]] Lsn oldest() const noexcept { return oldest_; }

private:
    Lsn oldest_;
};

/// A place in a history that moves on with what is read. Of one thread at a time.
class FactCursor {
public:
    virtual ~FactCursor() = default;
    /// The LSN of the fact that is given next.
    [[nodiscard]] virtual Lsn next() const noexcept = 0;
    /// Gives the next facts, in order and without a gap: those that are there, `most` at the most.
    /// Never waits for more.
    /// \throws TrimmedHistory when they are not kept any more; the cursor has not moved then.
    /// \throws std::exception when they cannot be read; what was given by then is lost.
    [[nodiscard]] virtual std::vector<CommittedFact> take(std::size_t most) = 0;
};

/// All that has happened in a store and is kept, for whoever wants to know: nothing is shown that
/// may still be undone. Everything may be called from any thread.
class FactHistory {
public:
    virtual ~FactHistory() = default;
    /// The first LSN that is kept; end() + 1 when none is. Never goes back.
    [[nodiscard]] virtual Lsn oldest() const noexcept = 0;
    /// The last LSN that is shown. Never goes back. It is looked up, and then grows, before
    /// Journal::on_durable() tells of the same facts.
    [[nodiscard]] virtual Lsn end() const noexcept = 0;
    /// \param from the first LSN to be given, perhaps of a fact that is still to come.
    /// \return a cursor, which the history outlives. \throws TrimmedHistory
    [[nodiscard]] virtual std::unique_ptr<FactCursor> read(Lsn from) = 0;
};

}  // namespace allot

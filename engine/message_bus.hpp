#pragma once

#include <span>
#include <utility>
#include <vector>

#include "engine/services.hpp"

namespace allot {

/// A command's result, and the LSN whose durability makes it certain: the last one that it wrote
/// or could have seen.
template <class T>
struct Answer {
    T result;
    Lsn lsn;
};

/// A command for which the service layer has a handler.
template <class T>
concept HandledCommand =
    requires(const T& command, UnitOfWork& work) { allot::handle(command, work); };

/// The one way in: hands each command to its handler in a unit of work of its own. What came of it
/// is read from the FactHistory. Not thread-safe: its owner gives it one call at a time.
class MessageBus {
public:
    MessageBus(Repository& repository, Journal& journal, Clock& clock) noexcept
        : repository_{repository}, journal_{journal}, clock_{clock} {}

    /// Executes one of the commands of commands.hpp.
    /// \throws std::system_error when the storage has failed; nothing has changed then.
    auto handle(const HandledCommand auto& command) {
        return transact([&](UnitOfWork& work) { return allot::handle(command, work); });
    }

    /// As handle(Allocate). Before it decides, it prefetches the memory that the line needs.
    Answer<Result<BatchRef>> allocate(const OrderLine& line);
    /// As handle(Allocate) of one line after the other. For several lines at once it prefetches the
    /// memory that they need, and reads the clock. \pre both spans are of one size.
    /// \return the last answer's LSN.
    Lsn allocate(std::span<const OrderLine> lines, std::span<Result<BatchRef>> results);

    /// Executes `decide(UnitOfWork&)`, which gives a Result, as one unit: committed unless it is
    /// refused or throws. Of a unit refused for want of stock the shortage alone is committed, that
    /// of the last line that was refused in it (R6). A refusal that `decide` does not pass on
    /// undoes nothing.
    template <class Decide>
    auto transact(Decide&& decide) {
        return transact_at(clock_.now(), std::forward<Decide>(decide));
    }

    [[nodiscard]] std::vector<ExplainedLine> explain(const AllocateOrder& order) {
        UnitOfWork work{repository_, journal_};
        return allot::explain(order, work);
    }

    [[nodiscard]] Repository& repository() noexcept { return repository_; }
    [[nodiscard]] const Journal& journal() const noexcept { return journal_; }

private:
    template <class Decide>
    auto transact_at(UnixMicros now, Decide&& decide) {
        UnitOfWork work{repository_, journal_};
        auto result = std::forward<Decide>(decide)(work);
        if (result.has_error()) {
            work.rollback();
            if (refusal_of(result.error()) == Refusal::out_of_stock) work.record_shortage();
        }
        const Lsn lsn = work.commit(now);
        return Answer<decltype(result)>{std::move(result), lsn};
    }

    Repository& repository_;
    Journal& journal_;
    Clock& clock_;
};

}  // namespace allot

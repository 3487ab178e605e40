#pragma once

#include <boost/assert.hpp>
#include <span>
#include <utility>
#include <vector>

#include "engine/services.hpp"

namespace allot {

/// A command's result, and the LSN of the last fact that the command wrote or could have read: the
/// result is certain once this LSN is durable.
template <class T>
struct Answer {
    T result;
    Lsn lsn;
};

/// A command for which the service layer has a `handle` function.
template <class T>
concept HandledCommand =
    requires(const T& command, UnitOfWork& work) { allot::handle(command, work); };

/// The single entry point: passes each command to its `handle` function, in a unit of work of its
/// own or, while a Transaction exists, in that of the Transaction. The resulting facts can be read
/// from the FactHistory. Not thread-safe.
class MessageBus {
public:
    class Transaction;

    MessageBus(Repository& repository, Journal& journal, Clock& clock) noexcept
        : repository_{repository}, journal_{journal}, clock_{clock} {}

    /// Executes one of the commands of commands.hpp.
    /// \throws std::system_error when the storage has failed; nothing has changed then.
    auto handle(const HandledCommand auto& command) {
        return transact([&](UnitOfWork& work) { return allot::handle(command, work); });
    }
    Answer<Result<BatchRef>> handle(const Allocate& command) {
        const auto answer = allocate(command.line);
        return {owned(answer.result), answer.lsn};
    }
    /// An order of one line is allocated like that line by itself.
    Answer<OrderResult> handle(const AllocateOrder& command);
    Answer<Result<BatchRefView>> allocate(const LineView& line) {
        return allocate(line, repository_.look_up(names_of(line)), now());
    }

    /// Looks a few lines up, to be handled one after the other. \pre as Repository::look_up()
    /// \return their time, see now()
    UnixMicros look_up(std::span<const LineNames> lines, std::span<LineLookup> found) {
        repository_.look_up(lines, found);
        return now();
    }
    /// Handles Allocate for a line that the repository has looked up. \pre no product was added or
    /// taken back since.
    Answer<Result<BatchRefView>> allocate(const LineView& line, const LineLookup& found,
                                          UnixMicros now);
    /// Handles Allocate for each line in turn, but looks lines up and reads the clock once for
    /// several. \pre both spans are of one size. \return the last answer's LSN.
    Lsn allocate(std::span<const LineView> lines, std::span<Result<BatchRef>> results);

    /// Executes `decide(UnitOfWork&)`, which returns a Result, as one unit: see
    /// UnitOfWork::attempt(). The unit is committed unless it is refused or throws; when it is
    /// refused for lack of stock, only its shortage is committed.
    template <class Decide>
    auto transact(Decide&& decide) {
        return transact_at(now(), std::forward<Decide>(decide));
    }

    [[nodiscard]] std::vector<ExplainedLine> explain(const AllocateOrder& order) {
        if (open_ != nullptr) return allot::explain(order, *open_);
        UnitOfWork work{repository_, journal_};
        return allot::explain(order, work);
    }

    [[nodiscard]] Repository& repository() noexcept { return repository_; }
    [[nodiscard]] const Journal& journal() const noexcept { return journal_; }

private:
    /// The time of a unit. Within a transaction it is not read: the transaction has the unit's
    /// time.
    [[nodiscard]] UnixMicros now() noexcept { return open_ == nullptr ? clock_.now() : 0; }
    template <class Decide>
    auto transact_at(UnixMicros now, Decide&& decide) {
        if (open_ != nullptr) {
            auto result = open_->attempt(std::forward<Decide>(decide));
            return Answer<decltype(result)>{std::move(result), open_->last()};
        }
        UnitOfWork work{repository_, journal_};
        auto result = work.attempt(std::forward<Decide>(decide));
        const Lsn lsn = work.commit(now);
        return Answer<decltype(result)>{std::move(result), lsn};
    }

    Repository& repository_;
    Journal& journal_;
    Clock& clock_;
    UnitOfWork* open_ = nullptr;  // the unit of the current transaction
};

/// The unit of all commands that its bus handles during its lifetime. Each command sees the changes
/// of those before it, succeeds or fails by itself, and is answered with the LSN that its last fact
/// will have. The destructor undoes all of them unless commit() was called. A bus has at most one
/// transaction at a time.
class MessageBus::Transaction {
public:
    explicit Transaction(MessageBus& bus) noexcept
        : bus_{bus}, work_{bus.repository_, bus.journal_} {
        BOOST_ASSERT(bus.open_ == nullptr);
        bus.open_ = &work_;
    }
    ~Transaction() { bus_.open_ = nullptr; }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    [[nodiscard]] UnitOfWork& work() noexcept { return work_; }
    /// Commits the unit with the time of the bus's clock, see UnitOfWork::commit().
    Lsn commit() { return work_.commit(bus_.clock_.now()); }

private:
    MessageBus& bus_;
    UnitOfWork work_;
};

}  // namespace allot

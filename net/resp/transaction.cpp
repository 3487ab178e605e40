#include "net/resp/transaction.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/core/rule_text.hpp"
#include "net/schema/command_table.hpp"

namespace allot {

namespace {

/// A transaction while it is executed: its commands, and all of its reply.
class Execution {
public:
    Execution(Call& exec, const CommandQueue& queue)
        : exec_{exec}, queue_{queue}, before_{tail().size()} {}

    Lsn run(const WatchList& watched);

private:
    [[nodiscard]] std::string& tail() const noexcept { return exec_.session.output().tail(); }
    [[nodiscard]] std::size_t reply_bytes_max() const noexcept {
        return exec_.server.limits.reply_bytes_max;
    }
    bool run_outside();
    bool run_queue(MessageBus::Transaction* unit);
    Lsn run_command(const CommandSpec& spec, std::span<const std::string_view> args,
                    ReplyWriter& reply) const;
    bool keeps_bounds(MessageBus::Transaction* unit);
    void undo_too_large();
    template <class... Parts>
    void undo(const Parts&... why);

    Call& exec_;
    const CommandQueue& queue_;
    std::size_t before_;                // of the output
    std::vector<std::string> outside_;  // replies of what asks the storage, in order
    std::size_t long_commands_ = 0;
    Lsn saw_ = no_lsn;
};

Lsn Execution::run(const WatchList& watched) {
    StoreAccess& store = exec_.server.store;
    const bool asks_stock = queue_.touches_stock() || !watched.empty();
    if (asks_stock) {
        if (const auto why = store.unavailable_for({.stock = true, .changes = true})) {
            undo(word_of(why->code), " ", why->text);
            return no_lsn;
        }
    }
    if (!run_outside()) return no_lsn;
    if (!asks_stock) return run_queue(nullptr) ? saw_ : no_lsn;
    store.lock();
    if (watched.have_moved(exec_.bus().repository())) {
        exec_.reply.null_array();
        return exec_.last_lsn();
    }
    MessageBus::Transaction unit{exec_.bus()};
    if (!run_queue(&unit)) return no_lsn;
    return std::max(saw_, unit.commit());
}

/// Executes the commands that need the storage before the unit begins, with the store unlocked.
/// They could not see the unit's facts, which are not durable before its end. \return as
/// run_queue().
bool Execution::run_outside() {
    std::size_t bytes = 0;
    queue_.for_each([&](const CommandSpec& spec, std::span<const std::string_view> args) {
        if (!spec.has(flag_outside)) return true;
        exec_.server.store.unlock();
        std::string& text = outside_.emplace_back();
        ReplyWriter writer{text, exec_.reply};
        saw_ = std::max(saw_, run_command(spec, args, writer));
        bytes += text.size();
        return bytes <= reply_bytes_max();
    });
    if (bytes <= reply_bytes_max()) return true;
    undo_too_large();
    return false;
}

/// Executes all commands and replies to each, in order. \param unit that they join; null: none of
/// them looks at the stock. \return false after undoing the replies and replying with the error.
bool Execution::run_queue(MessageBus::Transaction* unit) {
    bool goes_on = true;
    auto outside = outside_.begin();
    exec_.reply.array(queue_.size());
    queue_.for_each([&](const CommandSpec& spec, std::span<const std::string_view> args) {
        ++exec_.server.counters.verbs[exec_.server.commands.index_of(&spec)].calls;
        if (spec.has(flag_outside)) {
            exec_.reply.raw(*outside++);
        } else {
            saw_ = std::max(saw_, run_command(spec, args, exec_.reply));
        }
        goes_on = keeps_bounds(unit);
        return goes_on;
    });
    if (long_commands_ != 0) exec_.session.end_slice();
    return goes_on;
}

Lsn Execution::run_command(const CommandSpec& spec, std::span<const std::string_view> args,
                           ReplyWriter& reply) const {
    Call command{{exec_.server, exec_.session}, &spec, args, reply};
    return spec.run(command);
}

/// Returns false after replying with the exceeded limit.
bool Execution::keeps_bounds(MessageBus::Transaction* unit) {
    if (exec_.session.take_slice_end()) ++long_commands_;
    if (tail().size() - before_ > reply_bytes_max()) {
        undo_too_large();
    } else if (unit != nullptr && unit->work().facts().size() > transaction_facts_max) {
        undo("it would record more than ", transaction_facts_max, " facts");
    } else if (long_commands_ > transaction_long_commands_max) {
        undo("more than ", transaction_long_commands_max,
             " of its commands read more than one slice allows");
    } else {
        return true;
    }
    return false;
}

void Execution::undo_too_large() {
    exec_.session.end_slice();
    undo("its replies would have more than ", reply_bytes_max(), " bytes");
}

/// Takes back the replies. The unit is undone with its scope.
template <class... Parts>
void Execution::undo(const Parts&... why) {
    tail().resize(before_);
    exec_.fail(ErrorCode::exec_abort, "Transaction discarded because of: ", why...,
               "; nothing has changed");
}

}  // namespace

void Transaction::discard() noexcept {
    queue_.reset();
    watches_.clear();
}

void Transaction::queue(Call& call) {
    const CommandSpec& spec = *call.spec;
    if (spec.has(flag_no_multi)) {
        call.fail(ErrorCode::generic, "Command not allowed inside a transaction");
    } else if (spec.check == nullptr || spec.check(call)) {
        switch (queue_->add(spec, call.args)) {
            case CommandQueue::Added::yes:
                return call.reply.status("QUEUED");
            case CommandQueue::Added::too_many:
                call.fail(ErrorCode::syntax, "a transaction has at most ", transaction_commands_max,
                          " commands");
                break;
            case CommandQueue::Added::too_large:
                call.fail(ErrorCode::syntax, "the commands of a transaction take at most ",
                          transaction_bytes_max, " bytes");
                break;
        }
    }
    queue_->abort();
}

void Transaction::refused(Call& call, std::size_t before) {
    if (call.spec == nullptr || !call.spec->has(flag_exec)) return queue_->abort();
    std::string& tail = call.session.output().tail();
    std::string why = tail.substr(before + 1);  // without its dash and line end
    why.resize(why.size() - 2);
    tail.resize(before);
    discard();
    call.fail(ErrorCode::exec_abort, "Transaction discarded because of: ", why);
}

Lsn Transaction::execute(Call& call) {
    const auto queue = std::exchange(queue_, nullptr);
    const WatchList watched = std::exchange(watches_, {});
    if (queue->is_aborted()) {
        call.fail(ErrorCode::exec_abort, "Transaction discarded because of previous errors.");
        return no_lsn;
    }
    executed_ = queue->size();
    const struct Flag {
        bool& is_set;
        explicit Flag(bool& flag) : is_set{flag} { is_set = true; }
        ~Flag() { is_set = false; }
    } executing{is_executing_};
    return Execution{call, *queue}.run(watched);
}

}  // namespace allot

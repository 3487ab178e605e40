// A client's transaction: MULTI to EXEC.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/core/rule_text.hpp"
#include "net/resp/resp_session.hpp"

namespace allot {

void RespSession::begin_queueing() { queue_ = std::make_unique<CommandQueue>(); }

void RespSession::discard() noexcept {
    queue_.reset();
    watches_.clear();
}

Lsn RespSession::queue_command(Call& call) {
    const CommandSpec& spec = *call.spec;
    if (spec.has(flag_no_multi)) {
        call.fail(ErrorCode::generic, "Command not allowed inside a transaction");
    } else if (spec.check == nullptr || spec.check(call)) {
        switch (queue_->add(spec, call.args)) {
            case CommandQueue::Added::yes:
                call.reply.status("QUEUED");
                return no_lsn;
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
    queue_->spoil();
    return no_lsn;
}

/// A command was refused while others are queued, and has been answered so. Of an EXEC that is the
/// end of the transaction, and its error says so.
void RespSession::refuse_queueing(Call& call, std::size_t before) {
    if (call.spec == nullptr || !call.spec->has(flag_exec)) return queue_->spoil();
    std::string why = output_.tail().substr(before + 1);  // without its dash and line end
    why.resize(why.size() - 2);
    output_.tail().resize(before);
    discard();
    call.fail(ErrorCode::exec_abort, "Transaction discarded because of: ", why);
}

/// A transaction while it is executed.
struct RespSession::Execution {
    RespSession& session;
    const CommandQueue& queue;
    std::size_t before = session.output_.tail().size();
    std::vector<std::string> outside = {};  // replies of what asks the storage, in order
    std::size_t long_commands = 0;
    Lsn saw = no_lsn;

    Execution(RespSession& of, const CommandQueue& commands) : session{of}, queue{commands} {
        session.executes_queue_ = true;
    }
    ~Execution() { session.executes_queue_ = false; }
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;
};

Lsn RespSession::execute_queue(Call& call) {
    const auto queue = std::exchange(queue_, nullptr);
    const WatchList watched = std::exchange(watches_, {});
    if (queue->is_spoiled()) {
        call.fail(ErrorCode::exec_abort, "Transaction discarded because of previous errors.");
        return no_lsn;
    }
    transaction_commands_ = queue->size();
    Execution run{*this, *queue};
    const bool asks_stock = queue->touches_stock() || !watched.empty();
    if (asks_stock && context_.store.failed) {
        undo(call, run, word_of(ErrorCode::read_only), " ", storage_failed_text);
        return no_lsn;
    }
    if (!run_outside(call, run)) return no_lsn;
    if (!asks_stock) return run_queue(call, run, nullptr) ? run.saw : no_lsn;
    context_.store.lock();
    if (watched.have_moved(call.bus().repository())) {
        reply_.null_array();
        return call.last_lsn();
    }
    MessageBus::Transaction unit{call.bus()};
    if (!run_queue(call, run, &unit)) return no_lsn;
    return std::max(run.saw, unit.commit());
}

/// What asks the storage is executed with the store unlocked, so before the unit begins. None of it
/// could see the unit's facts: they are not durable before its end. \return as run_queue().
bool RespSession::run_outside(Call& call, Execution& run) {
    std::size_t bytes = 0;
    run.queue.for_each([&](const CommandSpec& spec, std::span<const std::string_view> args) {
        if (!spec.has(flag_outside)) return true;
        context_.store.unlock();
        std::string& text = run.outside.emplace_back();
        ReplyWriter writer{text, reply_};
        Call command{&spec, args, *this, context_, writer};
        run.saw = std::max(run.saw, spec.handler(command));
        bytes += text.size();
        return bytes <= context_.limits.reply_bytes_max;
    });
    if (bytes <= context_.limits.reply_bytes_max) return true;
    undo_too_large(call, run);
    return false;
}

/// Executes all commands, each answered in its place. \param unit that they join; null: none of
/// them looks at the stock. \return false when the transaction has to be undone, and the reply
/// says so.
bool RespSession::run_queue(Call& call, Execution& run, MessageBus::Transaction* unit) {
    bool goes_on = true;
    auto outside = run.outside.begin();
    reply_.array(run.queue.size());
    run.queue.for_each([&](const CommandSpec& spec, std::span<const std::string_view> args) {
        ++context_.counters.verbs[place_of(&spec)].calls;
        if (spec.has(flag_outside)) {
            reply_.raw(*outside++);
        } else {
            Call command{&spec, args, *this, context_, reply_};
            run.saw = std::max(run.saw, spec.handler(command));
        }
        goes_on = keeps_bounds(call, run, unit);
        return goes_on;
    });
    ends_slice_ = ends_slice_ || run.long_commands != 0;
    return goes_on;
}

/// Otherwise it is answered with the bound that it breaks.
bool RespSession::keeps_bounds(Call& call, Execution& run, MessageBus::Transaction* unit) {
    const std::size_t bytes = output_.tail().size() - run.before;
    if (std::exchange(ends_slice_, false)) ++run.long_commands;
    if (bytes > context_.limits.reply_bytes_max) {
        undo_too_large(call, run);
    } else if (unit != nullptr && unit->work().facts().size() > transaction_facts_max) {
        undo(call, run, "it would record more than ", transaction_facts_max, " facts");
    } else if (run.long_commands > transaction_long_commands_max) {
        undo(call, run, "more than ", transaction_long_commands_max,
             " of its commands look at very much");
    } else {
        return true;
    }
    return false;
}

void RespSession::undo_too_large(Call& call, const Execution& run) {
    end_slice();
    undo(call, run, "its replies would have more than ", context_.limits.reply_bytes_max, " bytes");
}

/// Takes back the replies. The unit is undone with its scope.
template <class... Parts>
void RespSession::undo(Call& call, const Execution& run, const Parts&... why) {
    output_.tail().resize(run.before);
    call.fail(ErrorCode::exec_abort, "Transaction discarded because of: ", why...,
              "; nothing has changed");
}

}  // namespace allot

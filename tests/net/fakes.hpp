#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/repository.hpp"
#include "net/core/backend.hpp"
#include "net/resp/resp_session.hpp"
#include "storage/flushing_mutex.hpp"
#include "storage/journal/volatile_journal.hpp"
#include "tests/commands/words.hpp"
#include "tests/engine/memory_history.hpp"
#include "tests/net/open_context.hpp"

namespace allot {
inline bool release(OutputQueue& output, Lsn durable) {
    return output.release(durable, [](OutputQueue::Time) {});
}
}  // namespace allot

namespace allot::test {

/// A journal whose syncs the test controls.
class HandJournal final : public Journal {
public:
    using Journal::append;
    Lsn append(std::span<const Fact> unit, UnixMicros now) override {
        if (failed_) throw std::system_error{std::make_error_code(std::errc::io_error)};
        if (full) throw StorageFull{std::make_error_code(std::errc::no_space_on_device)};
        if (unit_facts_max != 0 && unit.size() > unit_facts_max) {
            throw std::length_error{"unit too large"};
        }
        ++appends;
        last_ += unit.size();
        history.add(unit, now);
        if (at_once_) sync();
        return last_;
    }
    void flush() noexcept override { ++flushes; }
    [[nodiscard]] Lsn last() const noexcept override { return last_; }
    [[nodiscard]] Lsn durable() const noexcept override {
        const Lsn seen = durable_;
        if (reads_until_sync > 0 && --reads_until_sync == 0) {
            durable_ = last_.load();
            history.show(durable_);
            if (on_durable_) on_durable_(durable_);
        }
        return seen;
    }
    void on_durable(std::function<void(Lsn)> call) override { on_durable_ = std::move(call); }

    /// Makes everything appended, or everything up to `lsn`, durable.
    void sync() { sync_to(last_); }
    void sync_to(Lsn lsn) {
        durable_ = lsn;
        history.show(lsn);
        if (on_durable_) on_durable_(lsn);
    }
    /// Makes appended units durable at once from now on.
    void sync_at_once() {
        at_once_ = true;
        sync();
    }
    /// Makes appended units durable only with sync().
    void sync_by_hand() { at_once_ = false; }
    void fail() {
        failed_ = true;
        if (on_durable_) on_durable_(~Lsn{0});
    }

    mutable testing::MemoryHistory history;  ///< visible as far as it is durable
    std::size_t unit_facts_max = 0;          ///< 0: no bound
    bool full = false;                       ///< the disk has no space for a unit
    std::atomic<int> flushes = 0;
    std::atomic<int> appends = 0;
    /// The call of durable() with this number still returns the old value, and everything is
    /// durable right after it. 0: none.
    mutable std::atomic<int> reads_until_sync = 0;

private:
    std::atomic<Lsn> last_ = 0;
    mutable std::atomic<Lsn> durable_ = 0;
    std::atomic<bool> failed_ = false;
    std::atomic<bool> at_once_ = false;
    std::function<void(Lsn)> on_durable_;
};

class StoppedClock final : public Clock {
public:
    [[nodiscard]] UnixMicros now() noexcept override { return 1'600'000'000'000'000; }
};

/// An engine in memory, with its journal.
template <class AnyJournal>
struct Engine {
    Repository repository{42};
    AnyJournal journal;
    StoppedClock clock;
    MessageBus bus{repository, journal, clock};
    FlushingMutex mutex{journal};

    [[nodiscard]] Backend backend() {
        Backend backend{.bus = &bus, .journal = &journal, .mutex = &mutex};
        if constexpr (requires { journal.history; }) backend.history = &journal.history;
        return backend;
    }
};

/// Removes and returns the output that may be sent now.
inline std::string released(OutputQueue& output, const Journal& journal) {
    std::string taken;
    while (release(output, journal.durable())) {
        taken.append(output.sending());
        output.sent(output.sending().size());
    }
    return taken;
}

/// Passes the front of `bytes` to a session: at most `most`, and as many as its buffer takes.
inline void receive_some(Session& session, std::string_view& bytes,
                         std::size_t most = ~std::size_t{0}) {
    const auto buffer = session.prepare();
    const std::size_t n = bytes.copy(buffer.data(), std::min(buffer.size(), most));
    session.received(n);
    bytes.remove_prefix(n);
}

/// Executes slices until one does not yield. Takes no output, so it may end with back-pressure.
inline Session::ExecuteResult execute_all(Session& session, ServerContext& context) {
    Session::ExecuteResult result{};
    do {
        result = session.execute();
    } while (result == Session::ExecuteResult::yield);
    context.store.unlock();
    return result;
}

/// Passes all bytes to a session, at most `piece` at a time, and executes them, with the delays
/// after wrong passwords. \pre the journal is durable at once \return the output.
inline std::string output_after(std::string_view bytes, Session& session, OpenContext& context,
                                const Journal& journal, std::size_t piece = ~std::size_t{0}) {
    std::string output;
    while (!bytes.empty() && !session.ended()) {
        receive_some(session, bytes, piece);
        auto result = Session::ExecuteResult::need_input;
        do {
            if (result == Session::ExecuteResult::delayed)
                context.clock.now = session.password_reply_due();
            result = execute_all(session, context);
            output += released(session.output(), journal);
        } while (result == Session::ExecuteResult::backpressure ||
                 result == Session::ExecuteResult::delayed);
    }
    return output;
}

/// A session without a socket, driven by the test.
template <class AnyJournal = VolatileJournal>
class RespFixture {
public:
    explicit RespFixture(SessionLimits limits = {}, std::optional<Password> password = {})
        : context{engine.backend(), limits, std::move(password)} {}

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            receive_some(session, bytes);
            execute();
        }
    }
    RespSession::ExecuteResult execute() { return last_result = execute_all(session, context); }
    /// Removes and returns the output that may be sent now.
    std::string take() { return released(session.output(), engine.journal); }
    std::string ask(std::string_view line) {
        send(std::string{line}.append("\r\n"));
        return take();
    }

    Engine<AnyJournal> engine;
    OpenContext context;
    RespSession session{context, "test:1"};
    RespSession::ExecuteResult last_result = RespSession::ExecuteResult::need_input;
};

using testing::framed;

inline std::string repeated(std::string_view bytes, std::size_t times) {
    std::string all;
    all.reserve(bytes.size() * times);
    while (times-- > 0) all.append(bytes);
    return all;
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace allot::test

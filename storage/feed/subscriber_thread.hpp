#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "engine/history.hpp"
#include "storage/io/back_off.hpp"
#include "storage/journal/journal_threads.hpp"

namespace allot {

/// A receiver of facts.
struct FactSubscriber {
    std::string name = "a subscriber";  ///< its name in warnings
    std::function<void(const CommittedFact&)> call;
    BackOff back_off = {};
    /// Makes a running call return or throw soon. Another thread calls it.
    std::function<void()> interrupt = {};
    /// The function that the thread calls before it waits for the next fact.
    /// \return when to call it again, unless a fact comes before.
    std::function<std::chrono::steady_clock::time_point()> idle = {};
    /// The function that the thread calls after each failure of a call or of the journal, with the
    /// delay before the next try.
    std::function<void(std::string_view why, std::chrono::milliseconds rest)> failed = {};
};

/// The text for an exception without a text.
inline constexpr std::string_view no_exception = "the thrown object is not a std::exception";

/// Calls a subscriber with each fact of a history, in order, on a thread of its own, as soon as the
/// fact is visible. After a delay it repeats a call that threw with the same fact, and a failed
/// read of the journal; the engine and other subscribers are not affected.
class SubscriberThread {
public:
    /// \param from the LSN of the first call. \throws TrimmedHistory
    /// \param warning receives the texts of calls that threw, of failed reads, and of an end before
    /// stop().
    [[nodiscard]] static std::shared_ptr<SubscriberThread> start(
        FactHistory& history, JournalThreads& journal, Lsn from, FactSubscriber subscriber,
        std::function<void(std::string_view)> warning);
    ~SubscriberThread();
    SubscriberThread(const SubscriberThread&) = delete;
    SubscriberThread& operator=(const SubscriberThread&) = delete;

    /// Ends the calls, and waits for a running call, unless that call itself calls stop(). Once the
    /// last call has ended, the history and the journal are not used any more.
    void stop();
    /// The last LSN for which a call has returned; from - 1 at first.
    [[nodiscard]] Lsn acked() const noexcept { return acked_; }
    /// True once no further call is made: stopped, or the facts were trimmed or are damaged, or the
    /// storage has failed.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    SubscriberThread(FactHistory& history, JournalThreads& journal, Lsn from,
                     FactSubscriber subscriber, std::function<void(std::string_view)> warning);
    void run();
    using Time = std::chrono::steady_clock::time_point;
    void call_with_all();
    [[nodiscard]] Time idle_until() const;
    void call_with(const CommittedFact& fact);
    void rest(const std::string& what, std::uint64_t failures, const std::string& why,
              std::chrono::milliseconds at_least = {});
    void note_failure(const std::string& why, std::chrono::milliseconds rest) const;
    [[nodiscard]] std::chrono::milliseconds rest_after(std::uint64_t failures);
    void warn(const std::string& text) const;

    JournalThreads& journal_;
    std::unique_ptr<FactCursor> cursor_;
    const FactSubscriber subscriber_;
    const std::function<void(std::string_view)> warning_;
    std::minstd_rand random_{std::random_device{}()};
    std::atomic<Lsn> acked_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::atomic<std::thread::id> caller_{};  // the thread that makes the calls
    std::mutex stopping_;
    std::thread thread_;
};

}  // namespace allot

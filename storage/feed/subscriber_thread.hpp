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
struct Subscriber {
    std::string name = "a subscriber";  ///< in warnings
    std::function<void(const CommittedFact&)> call;
    BackOff back_off = {};
    /// Makes a call that is running return or throw soon. It is called from another thread.
    std::function<void()> interrupt = {};
    /// Called before it waits for the next fact, on the thread that makes the calls.
    /// \return when to call it again, should none come until then.
    std::function<std::chrono::steady_clock::time_point()> idle = {};
    /// Told of each failure, of a call or of the journal, on the thread that makes the calls, and
    /// how long it rests then.
    std::function<void(std::string_view why, std::chrono::milliseconds rest)> failed = {};
};

/// The text for a failure that has none of its own.
inline constexpr std::string_view no_exception = "what was thrown is no std::exception";

/// Tells somebody each fact of a history, in order, on a thread of its own, as soon as it is shown.
/// A call that throws is made again with the same fact, and a journal that could not be read is
/// read again from there, after a rest; the engine and other subscribers go on meanwhile.
class SubscriberThread {
public:
    /// \param from the first LSN to be told. \throws TrimmedHistory
    /// \param warning told of calls that threw, of failed reads, and of an end before stop().
    [[nodiscard]] static std::shared_ptr<SubscriberThread> start(
        FactHistory& history, JournalThreads& journal, Lsn from, Subscriber subscriber,
        std::function<void(std::string_view)> warning);
    ~SubscriberThread();
    SubscriberThread(const SubscriberThread&) = delete;
    SubscriberThread& operator=(const SubscriberThread&) = delete;

    /// Ends the calls, and waits for one that is running, unless it is called from within it. Once
    /// the last call has ended, the history and the journal are not used any more.
    void stop();
    /// The last LSN of which the call has returned; from - 1 at first.
    [[nodiscard]] Lsn told() const noexcept { return told_; }
    /// True once nothing more is told: stopped, or the facts were trimmed or are damaged, or the
    /// storage has failed.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    SubscriberThread(FactHistory& history, JournalThreads& journal, Lsn from, Subscriber subscriber,
                     std::function<void(std::string_view)> warning);
    void run();
    using Time = std::chrono::steady_clock::time_point;
    void tell_all();
    [[nodiscard]] Time idle_until() const;
    void tell(const CommittedFact& fact);
    void rest(const std::string& what, std::uint64_t failures, const std::string& why,
              std::chrono::milliseconds at_least = {});
    void note_failure(const std::string& why, std::chrono::milliseconds rest) const;
    [[nodiscard]] std::chrono::milliseconds rest_after(std::uint64_t failures);
    void warn(const std::string& text) const;

    JournalThreads& journal_;
    std::unique_ptr<FactCursor> cursor_;
    const Subscriber subscriber_;
    const std::function<void(std::string_view)> warning_;
    std::minstd_rand random_{std::random_device{}()};
    std::atomic<Lsn> told_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::atomic<std::thread::id> caller_{};  // the thread that makes the calls
    std::mutex stopping_;
    std::thread thread_;
};

}  // namespace allot

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "engine/history.hpp"
#include "storage/journal_threads.hpp"

namespace allot {

/// Tells somebody each fact of a history, in order, on a thread of its own, as soon as it is shown.
/// A call that throws is made again with the same fact, after 10 ms, then twice as long each time,
/// up to 10 s; the engine and other followers go on meanwhile.
class FactFollower {
public:
    using Subscriber = std::function<void(const CommittedFact&)>;

    /// \param from the first LSN to be told. \throws TrimmedHistory
    /// \param warning told of calls that threw, and of an end before stop().
    FactFollower(FactHistory& history, JournalThreads& journal, Lsn from, Subscriber subscriber,
                 std::function<void(std::string_view)> warning);
    ~FactFollower() { stop(); }
    FactFollower(const FactFollower&) = delete;
    FactFollower& operator=(const FactFollower&) = delete;

    /// Waits for the call that is under way, if any, and makes no other. Not from within it. The
    /// history and the journal are not used afterwards.
    void stop();
    /// The last LSN of which the call has returned; from - 1 at first.
    [[nodiscard]] Lsn told() const noexcept { return told_; }
    /// True once nothing more is told: stopped, or the facts were trimmed or cannot be read.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    void run();
    void tell(const CommittedFact& fact);
    void warn(const std::string& text) const;

    JournalThreads& journal_;
    std::unique_ptr<FactCursor> cursor_;
    const Subscriber subscriber_;
    const std::function<void(std::string_view)> warning_;
    std::atomic<Lsn> told_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> ended_ = false;
    std::mutex stopping_;
    std::thread thread_;
};

}  // namespace allot

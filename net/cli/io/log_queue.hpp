#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

namespace allot::program {

/// Writes text on a thread of its own, so that a thread that logs never waits for a terminal, a
/// pipe or a disk. Text that was accepted is written whole and in order: a write that fails, for
/// whatever reason, is tried again after 10 ms to 1 s, for ever. Text that finds the queue full is
/// dropped and its lines are counted; a line with their number is written before the next text that
/// fits, or once the queue is empty. Every member function may be called from any thread.
class LogQueue {
public:
    /// Writes the beginning of a text, and may block. \return how many bytes were written; 0: the
    /// write failed. Called by one thread at a time. A call that still blocks when the queue is
    /// destroyed may return later, so that it must refer to nothing of a shorter life than the
    /// process, unless it never blocks.
    using Write = std::function<std::size_t(std::string_view text)>;
    /// \return the line, ending in '\n', with the number of lost lines. Called with the queue's
    /// mutex held; as long-lived as Write.
    using LostLine = std::function<std::string(std::uint64_t lines)>;

    struct Limits {
        std::size_t bytes = 1U << 20U;          ///< limit of the text that is not written yet
        std::chrono::milliseconds drain{1000};  ///< limit of the destructor's wait
    };

    LogQueue(Write write, LostLine lost_line)
        : LogQueue(std::move(write), std::move(lost_line), Limits{}) {}
    LogQueue(Write write, LostLine lost_line, Limits limits);
    /// Writes what is queued. A write that blocks or fails for longer than Limits::drain is left
    /// behind, and the rest of the text with it.
    ~LogQueue();
    LogQueue(const LogQueue&) = delete;
    LogQueue& operator=(const LogQueue&) = delete;

    /// Accepts or drops a text of whole lines. Never blocks, never fails.
    void add(std::string_view text) noexcept;
    /// Returns the number of lines dropped so far.
    [[nodiscard]] std::uint64_t lines_lost() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  // the thread's, too, which may outlive the queue
    std::thread thread_;
};

/// The buffer of an output stream, which passes the text to a queue at each flush.
class LogBuffer final : public std::stringbuf {
public:
    /// \param queue outlives this.
    explicit LogBuffer(LogQueue& queue) : std::stringbuf{std::ios_base::out}, queue_{queue} {}

private:
    int sync() override;

    LogQueue& queue_;
};

/// Returns a function that writes to an open file descriptor. On a non-blocking descriptor, EAGAIN
/// is a failed write.
[[nodiscard]] LogQueue::Write write_to_descriptor(int descriptor);

}  // namespace allot::program

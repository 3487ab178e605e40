#include "net/cli/io/log_queue.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "storage/io/back_off.hpp"

namespace allot::program {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A write of at most so many bytes is not mixed with writes of other processes to the same pipe.
constexpr std::size_t piece_bytes_max = 4096;
constexpr BackOff write_back_off{.first = std::chrono::milliseconds{10},
                                 .most = std::chrono::milliseconds{1000}};

std::uint64_t lines_of(std::string_view text) noexcept {
    return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

/// Returns the whole lines for one write, or a part of a longer line.
std::string_view first_piece(std::string_view text) noexcept {
    if (text.size() <= piece_bytes_max) return text;
    const std::string_view piece = text.substr(0, piece_bytes_max);
    const std::size_t end = piece.rfind('\n');
    return end == std::string_view::npos ? piece : piece.substr(0, end + 1);
}

}  // namespace

struct LogQueue::State {
    using Lock = std::unique_lock<std::mutex>;

    State(Write write_text, LostLine lost_line_text, Limits limits_of_queue)
        : write{std::move(write_text)},
          lost_line{std::move(lost_line_text)},
          limits{limits_of_queue} {}

    const Write write;
    const LostLine lost_line;
    const Limits limits;
    std::mutex mutex;  // of all that follows
    std::condition_variable changed;
    std::string text;              // queued; some of it may be written
    std::size_t written = 0;       // bytes of `text`
    std::uint64_t lost = 0;        // lines, since the beginning
    std::uint64_t unreported = 0;  // of these, not yet reported
    std::uint64_t failures = 0;    // of writes, since the last that did not fail
    bool stop = false;
    SteadyTime deadline;  // once `stop` is set
    bool ended = false;

    void add(std::string_view more);
    void report_lost();
    void run();
    void write_some(Lock& lock);
    void rest(Lock& lock);
    [[nodiscard]] bool fits(std::size_t bytes) const noexcept {
        return text.size() - written + bytes <= limits.bytes;
    }
    [[nodiscard]] bool idle() const noexcept { return text.empty() && unreported == 0; }
};

/// \throws std::bad_alloc, and then nothing has changed.
void LogQueue::State::add(std::string_view more) {
    const std::string lost_before = unreported == 0 ? std::string{} : lost_line(unreported);
    if (!fits(lost_before.size() + more.size())) {
        lost += lines_of(more);
        unreported += lines_of(more);
        return;
    }
    text.reserve(text.size() + lost_before.size() + more.size());
    text += lost_before;
    text += more;
    unreported = 0;
}

/// Nothing is queued, so no later text will report it soon.
void LogQueue::State::report_lost() {
    if (unreported == 0 || !text.empty()) return;
    text = lost_line(unreported);
    unreported = 0;
}

void LogQueue::State::run() {
    Lock lock{mutex};
    for (;;) {
        changed.wait(lock, [&] { return stop || !idle(); });
        if (idle() || (stop && std::chrono::steady_clock::now() >= deadline)) break;
        report_lost();
        write_some(lock);
        if (failures > 0) rest(lock);
    }
    ended = true;
    changed.notify_all();
}

void LogQueue::State::write_some(Lock& lock) {
    std::array<char, piece_bytes_max> copy{};
    const std::string_view piece = first_piece(std::string_view{text}.substr(written));
    std::ranges::copy(piece, copy.begin());
    const std::size_t bytes = piece.size();
    lock.unlock();
    const std::size_t done = write({copy.data(), bytes});
    lock.lock();
    failures = done == 0 ? failures + 1 : 0;
    written += done;
    if (written < text.size() && written < limits.bytes / 2) return;
    text.erase(0, written);
    written = 0;
}

void LogQueue::State::rest(Lock& lock) {
    const bool stopped = stop;
    const auto time = stopped ? write_back_off.first : write_back_off.after(failures, 1);
    changed.wait_for(lock, time, [&] { return stop != stopped; });
}

LogQueue::LogQueue(Write write, LostLine lost_line, Limits limits)
    : state_{std::make_shared<State>(std::move(write), std::move(lost_line), limits)},
      thread_{[state = state_] { state->run(); }} {}

LogQueue::~LogQueue() {
    bool ended = false;
    {
        State::Lock lock{state_->mutex};
        state_->stop = true;
        state_->deadline = std::chrono::steady_clock::now() + state_->limits.drain;
        state_->changed.notify_all();
        ended = state_->changed.wait_until(lock, state_->deadline + write_back_off.first * 2,
                                           [&] { return state_->ended; });
    }
    if (ended) {
        thread_.join();
    } else {
        thread_.detach();  // its write blocks; the end of the process ends it
    }
}

void LogQueue::add(std::string_view text) noexcept {
    const State::Lock lock{state_->mutex};
    try {
        state_->add(text);
    } catch (const std::exception&) {
        state_->lost += lines_of(text);
        state_->unreported += lines_of(text);
    }
    state_->changed.notify_all();
}

std::uint64_t LogQueue::lines_lost() const noexcept {
    const State::Lock lock{state_->mutex};
    return state_->lost;
}

int LogBuffer::sync() {
    queue_.add(view());
    str({});
    return 0;
}

LogQueue::Write write_to_descriptor(int descriptor) {
    return [descriptor](std::string_view text) -> std::size_t {
        ssize_t written = 0;
        do {
            written = ::write(descriptor, text.data(), text.size());
        } while (written < 0 && errno == EINTR);
        return written > 0 ? static_cast<std::size_t>(written) : 0;
    };
}

}  // namespace allot::program

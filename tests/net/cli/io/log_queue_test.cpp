#include "net/cli/io/log_queue.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include "net/cli/io/logger.hpp"
#include "storage/io/system_clock.hpp"
#include "tests/scratch_directory.hpp"

using namespace allot;
using namespace allot::program;
using namespace std::chrono_literals;

namespace {

constexpr LogQueue::Limits small{.bytes = 1024, .drain = 10s};

std::string lost_line(std::uint64_t lines) { return "lost " + std::to_string(lines) + '\n'; }

/// A destination of writes, with the outcome of its next writes. Shared with a queue's thread.
class Target {
public:
    struct Step {
        std::size_t bytes = 0;  ///< at most so many are written; 0: the write fails
        bool blocks = false;    ///< until release()
    };

    /// \param steps of the first writes; those after them write everything.
    [[nodiscard]] static std::shared_ptr<Target> with(std::deque<Step> steps) {
        auto target = std::make_shared<Target>();
        target->steps_ = std::move(steps);
        return target;
    }
    [[nodiscard]] static LogQueue::Write write_to(std::shared_ptr<Target> target) {
        return [target = std::move(target)](std::string_view text) { return target->write(text); };
    }

    /// \return everything written, once it ends with `end`, or after 30 s.
    std::string wait_for(std::string_view end) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, 30s, [&] { return text_.ends_with(end); });
        return text_;
    }
    void wait_until_blocked() {
        std::unique_lock lock{mutex_};
        BOOST_REQUIRE(changed_.wait_for(lock, 30s, [&] { return blocked_; }));
    }
    void release() {
        const std::scoped_lock lock{mutex_};
        released_ = true;
        changed_.notify_all();
    }

private:
    std::size_t write(std::string_view text) {
        std::unique_lock lock{mutex_};
        Step step{.bytes = text.size()};
        if (!steps_.empty()) {
            step = steps_.front();
            steps_.pop_front();
        }
        if (step.blocks) {
            blocked_ = true;
            changed_.notify_all();
            changed_.wait(lock, [&] { return released_; });
        }
        const std::size_t bytes = std::min(step.bytes, text.size());
        text_ += text.substr(0, bytes);
        changed_.notify_all();
        return bytes;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Step> steps_;
    std::string text_;
    bool blocked_ = false;
    bool released_ = false;
};

constexpr Target::Step fails{};
constexpr Target::Step blocks{.bytes = 4096, .blocks = true};

class Pipe {
public:
    Pipe() {
        std::signal(SIGPIPE, SIG_IGN);
        BOOST_REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    }
    ~Pipe() {
        close_reader();
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int writer() const noexcept { return ends_[1]; }
    void close_reader() {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }
    void fill() {
        set_blocking(false);
        std::array<char, 4096> dots{};
        dots.fill('.');
        while (::write(ends_[1], dots.data(), dots.size()) > 0) {
        }
        set_blocking(true);
    }
    void set_blocking(bool blocking) const {
        BOOST_REQUIRE(::fcntl(ends_[1], F_SETFL, blocking ? 0 : O_NONBLOCK) == 0);
    }
    /// \return everything read up to `end`, or until nothing has come for 30 s.
    [[nodiscard]] std::string read_to(std::string_view end) const {
        return read_descriptor(ends_[0], end);
    }
    [[nodiscard]] static std::string read_descriptor(int descriptor, std::string_view end) {
        std::string text;
        std::array<char, 4096> piece{};
        while (text.find(end) == std::string::npos) {
            pollfd readable{descriptor, POLLIN, 0};
            if (::poll(&readable, 1, 30'000) != 1) break;
            const auto got = ::read(descriptor, piece.data(), piece.size());
            if (got <= 0) break;
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

std::string line(int number) { return "line " + std::to_string(number) + '\n'; }

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_log_queue)

BOOST_AUTO_TEST_CASE(when_text_is_added_then_it_is_written_whole_and_in_order) {
    const auto target = Target::with({{.bytes = 3}, {.bytes = 1}});
    std::string expected;
    {
        LogQueue queue{Target::write_to(target), lost_line};
        for (int i = 0; i < 5000; ++i) {
            queue.add(line(i));
            expected += line(i);
        }
        BOOST_TEST(queue.lines_lost() == 0U);
    }
    BOOST_TEST(target->wait_for(line(4999)) == expected);
}

BOOST_AUTO_TEST_CASE(when_writes_fail_for_a_while_then_nothing_is_lost) {
    const auto target =
        Target::with({{.bytes = 4}, fails, fails, {.bytes = 2}, fails, {.bytes = 100}, fails});
    {
        LogQueue queue{Target::write_to(target), lost_line};
        queue.add("first line\n");
        BOOST_TEST(target->wait_for("first line\n") == "first line\n");
        queue.add("second line\n");
        BOOST_TEST(queue.lines_lost() == 0U);
    }
    BOOST_TEST(target->wait_for("second line\n") == "first line\nsecond line\n");
}

BOOST_AUTO_TEST_CASE(when_a_write_blocks_then_lines_that_do_not_fit_are_counted_and_logged) {
    const auto target = Target::with({blocks});
    LogQueue queue{Target::write_to(target), lost_line, small};
    const std::string kept(1000, 'k');
    queue.add(kept + '\n');
    target->wait_until_blocked();
    for (int i = 0; i < 20; ++i) queue.add("this one does not fit\nand has two lines\n");
    BOOST_TEST(queue.lines_lost() == 40U);
    target->release();
    BOOST_TEST(target->wait_for("lost 40\n") == kept + "\nlost 40\n");
    queue.add("after\n");
    BOOST_TEST(target->wait_for("after\n") == kept + "\nlost 40\nafter\n");
}

// The gap is reported at its position, not behind lines that were queued later.
BOOST_AUTO_TEST_CASE(when_text_fits_again_then_the_loss_is_said_before_it) {
    const auto target = Target::with({{.bytes = 900}, blocks});
    LogQueue queue{Target::write_to(target), lost_line, small};
    const std::string kept(1000, 'k');
    queue.add(kept + '\n');
    target->wait_until_blocked();
    const std::string too_large(1000, 'x');
    queue.add(too_large + '\n');
    queue.add("fits\n");
    queue.add("fits, too\n");
    target->release();
    BOOST_TEST(target->wait_for("too\n") == kept + "\nlost 1\nfits\nfits, too\n");
    BOOST_TEST(queue.lines_lost() == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_text_is_larger_than_the_queue_then_the_loss_is_said) {
    const auto target = Target::with({});
    LogQueue queue{Target::write_to(target), lost_line, small};
    queue.add(std::string(2000, 'x') + '\n');
    BOOST_TEST(target->wait_for("\n") == "lost 1\n");
}

BOOST_AUTO_TEST_CASE(when_the_queue_ends_while_writes_fail_then_it_tries_until_its_time_is_over) {
    for (const bool recovers : {true, false}) {
        const auto target = Target::with(std::deque<Target::Step>(recovers ? 3 : 10'000, fails));
        const auto began = std::chrono::steady_clock::now();
        {
            LogQueue queue{Target::write_to(target),
                           lost_line,
                           {.bytes = 1024, .drain = recovers ? 30'000ms : 100ms}};
            queue.add("stopped\n");
        }
        BOOST_TEST((std::chrono::steady_clock::now() - began < 25s));
        if (recovers) BOOST_TEST(target->wait_for("\n") == "stopped\n");
    }
}

BOOST_AUTO_TEST_CASE(when_the_queue_ends_while_a_write_blocks_then_it_does_not_wait_for_it) {
    const auto target = Target::with({blocks});
    {
        LogQueue queue{Target::write_to(target), lost_line, {.bytes = 1024, .drain = 50ms}};
        queue.add("never read\n");
        target->wait_until_blocked();
    }
    target->release();  // ends the detached thread
    BOOST_TEST(target->wait_for("\n") == "never read\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_log_that_is_a_pipe)

BOOST_AUTO_TEST_CASE(when_nothing_reads_then_logging_never_blocks_and_a_later_reader_has_the_rest) {
    Pipe pipe;
    pipe.fill();
    SystemClock clock;
    LogQueue queue{write_to_descriptor(pipe.writer()), lost_log_lines, small};
    Logger log{queue, clock};
    for (int i = 0; i < 1000; ++i) log.info("something happened", {{"number", i}});
    const auto lost = queue.lines_lost();
    BOOST_TEST(lost > 900U);
    const std::string expected = " msg=\"" + std::to_string(lost) + " log lines were lost\"\n";
    const std::string text = pipe.read_to(expected);
    BOOST_TEST(text.ends_with(expected));
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    BOOST_TEST(lines - 1 + lost == 1000U);
}

BOOST_AUTO_TEST_CASE(when_the_pipe_does_not_block_then_it_is_tried_again_until_it_is_read) {
    Pipe pipe;
    pipe.fill();
    pipe.set_blocking(false);
    LogQueue queue{write_to_descriptor(pipe.writer()), lost_line};
    queue.add("first\n");
    queue.add("second\n");
    BOOST_TEST(pipe.read_to("second\n").ends_with(".first\nsecond\n"));
    BOOST_TEST(queue.lines_lost() == 0U);
}

BOOST_AUTO_TEST_CASE(when_its_reader_has_closed_it_then_another_reader_gets_later_lines) {
    std::signal(SIGPIPE, SIG_IGN);
    const testing::ScratchDirectory scratch;
    const std::string path = scratch / "log";
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int first = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    ::close(first);
    {
        LogQueue queue{write_to_descriptor(writer), lost_line};
        queue.add("not lost\n");
        const int second = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        BOOST_TEST(Pipe::read_descriptor(second, "\n") == "not lost\n");
        ::close(second);
    }
    ::close(writer);
}

BOOST_AUTO_TEST_CASE(when_its_reader_has_closed_it_finally_then_it_ends_in_time) {
    Pipe pipe;
    pipe.close_reader();
    const auto began = std::chrono::steady_clock::now();
    {
        LogQueue queue{
            write_to_descriptor(pipe.writer()), lost_line, {.bytes = 1024, .drain = 50ms}};
        for (int i = 0; i < 1000; ++i) queue.add(line(i));
        BOOST_TEST(queue.lines_lost() > 0U);
    }
    BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_stream_into_a_log_queue)

BOOST_AUTO_TEST_CASE(when_the_stream_is_flushed_then_the_text_is_queued) {
    const auto target = Target::with({});
    LogQueue queue{Target::write_to(target), lost_line};
    LogBuffer buffer{queue};
    std::ostream stream{&buffer};
    stream << "[####" << std::flush;
    BOOST_TEST(target->wait_for("####") == "[####");
    stream << "allot serve: "
           << "no\n"
           << std::flush;
    BOOST_TEST(target->wait_for("\n") == "[####allot serve: no\n");
}

BOOST_AUTO_TEST_SUITE_END()

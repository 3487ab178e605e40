#include "net/cli/io/progress_bar.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

using namespace allot::program;
using namespace std::chrono_literals;

namespace {

/// A terminal, and a clock that the test sets.
struct Terminal {
    std::ostringstream shown;
    std::chrono::steady_clock::time_point now{};

    [[nodiscard]] ProgressBar::Now clock() {
        return [this] { return now; };
    }
    [[nodiscard]] std::ptrdiff_t updates() const {
        return std::ranges::count(shown.str(), '[') -
               std::ranges::count(shown.str(), '\x1b');  // each escape sequence also has a bracket
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_long_operation_on_a_terminal)

BOOST_AUTO_TEST_CASE(when_half_is_done_then_half_the_bar_is_full) {
    Terminal terminal;
    ProgressBar bar{terminal.shown, true, terminal.clock()};
    terminal.now += 100ms;
    bar.update("replaying journal", 50, 100);
    BOOST_TEST(terminal.shown.str() ==
               "\r\x1b[Kreplaying journal [###############...............] 50 %");
}

BOOST_AUTO_TEST_CASE(when_the_operation_reports_all_the_time_then_it_shows_ten_a_second) {
    Terminal terminal;
    ProgressBar bar{terminal.shown, true, terminal.clock()};
    for (unsigned i = 0; i < 10'000; ++i) {
        terminal.now += 100us;  // a second in all
        bar.update("importing", i, 10'000);
    }
    BOOST_TEST(terminal.updates() == 10);
}

BOOST_AUTO_TEST_CASE(when_the_operation_is_over_in_no_time_then_nothing_is_shown) {
    Terminal terminal;
    {
        ProgressBar bar{terminal.shown, true, terminal.clock()};
        terminal.now += 99ms;
        bar.update("importing", 1, 1);
    }
    BOOST_TEST(terminal.shown.str().empty());
}

BOOST_AUTO_TEST_CASE(when_the_operation_ends_then_the_line_is_empty_again) {
    Terminal terminal;
    {
        ProgressBar bar{terminal.shown, true, terminal.clock()};
        terminal.now += 1s;
        bar.update("importing", 1, 2);
    }
    BOOST_TEST(terminal.shown.str().ends_with("50 %\r\x1b[K"));
}

BOOST_AUTO_TEST_CASE(
    when_more_is_done_than_there_was_or_there_is_nothing_then_the_bar_stays_in_bounds) {
    Terminal terminal;
    ProgressBar bar{terminal.shown, true, terminal.clock()};
    terminal.now += 1s;
    bar.update("importing", 0, 0);
    BOOST_TEST(terminal.shown.str().empty());
    bar.update("importing", 3, 2);
    BOOST_TEST(terminal.shown.str().ends_with("] 100 %"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_long_operation_without_a_terminal)

BOOST_AUTO_TEST_CASE(when_the_operation_continues_then_nothing_is_shown) {
    Terminal terminal;
    {
        ProgressBar bar{terminal.shown, false, terminal.clock()};
        terminal.now += 1h;
        bar.update("importing", 1, 2);
    }
    BOOST_TEST(terminal.shown.str().empty());
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/cli/io/logger.hpp"

#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

using namespace allot;
using namespace allot::program;

namespace {

struct StoppedClock final : Clock {
    [[nodiscard]] UnixMicros now() noexcept override { return 1'700'000'000'042'999; }
};

struct Log {
    StoppedClock clock;
    std::ostringstream to;
    Logger logger{to, clock};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_logger)

BOOST_AUTO_TEST_CASE(when_an_event_is_logged_then_it_is_one_line_of_logfmt) {
    Log log;
    log.logger.info("listening", {{"address", "127.0.0.1:25568"}, {"clients", 3}});
    BOOST_TEST(log.to.str() ==
               "ts=2023-11-14T22:13:20.042Z level=info msg=listening address=127.0.0.1:25568 "
               "clients=3\n");
}

BOOST_AUTO_TEST_CASE(when_levels_differ_then_the_lines_say_so) {
    Log log;
    log.logger.warning("torn tail cut");
    log.logger.error("failed");
    BOOST_TEST(log.to.str().find("level=warning msg=\"torn tail cut\"\n") != std::string::npos);
    BOOST_TEST(log.to.str().find("level=error msg=failed\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_a_value_pretends_to_be_more_then_it_stays_one_value) {
    Log log;
    log.logger.info("x", {{"a", "1 level=error"},
                          {"b", "k=v"},
                          {"c", "\" d=\""},
                          {"e", "\nts=0 level=error"},
                          {"f", ""}});
    BOOST_TEST(log.to.str().substr(log.to.str().find(" a=")) ==
               " a=\"1 level=error\" b=\"k=v\" c=\"\\\" d=\\\"\" e=\"\\nts=0 level=error\" "
               "f=\"\"\n");
}

BOOST_AUTO_TEST_CASE(
    when_the_logger_writes_to_a_terminal_then_a_line_first_clears_the_progress_bar) {
    StoppedClock clock;
    std::ostringstream to;
    Logger{to, clock, Logger::Terminal::yes}.info("x");
    BOOST_TEST(to.str().starts_with("\r\x1b[Kts="));
}

BOOST_AUTO_TEST_CASE(when_a_line_could_not_be_written_then_the_next_ones_are) {
    Log log;
    log.to.setstate(std::ios_base::badbit);
    log.logger.info("first");
    log.logger.info("second");
    BOOST_TEST(log.to.str().find("msg=second\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_lines_were_lost_then_a_line_says_how_many) {
    BOOST_TEST(lost_log_lines(1).ends_with(" level=warning msg=\"1 log line was lost\"\n"));
    BOOST_TEST(lost_log_lines(12).ends_with(" level=warning msg=\"12 log lines were lost\"\n"));
}

RC_BOOST_PROP(when_a_client_sends_anything_then_a_line_is_a_line, (const std::string& value)) {
    Log log;
    log.logger.info("command refused", {{"argument", value}, {"last", 1}});
    const std::string line = log.to.str();
    RC_ASSERT(line.ends_with(" last=1\n"));
    RC_ASSERT(std::ranges::count_if(line, [](char c) {
                  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
              }) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_time)

BOOST_AUTO_TEST_CASE(when_the_time_is_written_then_it_is_utc_to_the_millisecond) {
    BOOST_TEST(utc_timestamp(0) == "1970-01-01T00:00:00.000Z");
    BOOST_TEST(utc_timestamp(951'782'400'000'000) == "2000-02-29T00:00:00.000Z");
    BOOST_TEST(utc_timestamp(-1) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_SUITE_END()

#include "net/core/slow_log.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "net/commands/registry.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::SlowLog;
using namespace std::chrono_literals;

/// The duration of the next timed command.
allot::ServerContext::Time now;
std::chrono::nanoseconds pace = 0ns;
allot::ServerContext::Time tick() noexcept { return now += pace; }

/// A client whose commands all take the same time.
struct Slow : allot::test::RespFixture<> {
    explicit Slow(std::optional<allot::Password> password = {})
        : RespFixture{{}, std::move(password)} {
        now = context.clock.now;
        context.timings.clock = tick;
        context.clock.unix_time = 1'700'000'000;
        pace = 20ms;
    }
    /// The kept verbs and arguments, the newest first.
    [[nodiscard]] std::vector<std::vector<std::string>> kept() const {
        std::vector<std::vector<std::string>> all;
        for (const auto& entry : context.timings.slow.entries()) all.push_back(entry.args);
        return all;
    }
    std::string ask(std::string_view line) {
        context.clock.now = now;
        return RespFixture::ask(line);
    }
};

using Words = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_commands_that_take_long)

BOOST_AUTO_TEST_CASE(when_the_log_is_read_then_it_has_the_form_of_redis) {
    Slow fixture;
    fixture.ask("CLIENT SETNAME me");
    fixture.ask("ADDBATCH b s 10");
    pace = 9ms;
    fixture.ask("STOCK s");  // not slow
    BOOST_TEST(
        fixture.ask("SLOWLOG GET 1") ==
        "*1\r\n*6\r\n:1\r\n:1700000000\r\n:20000\r\n*4\r\n$8\r\nADDBATCH\r\n$1\r\nb\r\n$1\r\ns"
        "\r\n$2\r\n10\r\n$6\r\ntest:1\r\n$2\r\nme\r\n");
    BOOST_TEST(fixture.ask("SLOWLOG LEN") == ":2\r\n");
    BOOST_TEST(fixture.ask("SLOWLOG GET").starts_with("*2\r\n*6\r\n:1\r\n"));
    BOOST_TEST(fixture.ask("SLOWLOG GET 0") == "*0\r\n");
    BOOST_TEST(fixture.ask("slowlog get -1").starts_with("*2\r\n"));
    for (const std::string none : {"-2", "x", "1.5", "99999999999999999999"}) {
        BOOST_TEST(fixture.ask("SLOWLOG GET " + none) ==
                   "-SYNTAX invalid count '" + none + "': expected an integer from -1\r\n");
    }
    BOOST_TEST(fixture.ask("SLOWLOG HELP").starts_with("*"));
    BOOST_TEST(fixture.ask("SLOWLOG RESET") == "+OK\r\n");
    BOOST_TEST(fixture.ask("SLOWLOG LEN") == ":0\r\n");
    pace = 20ms;
    fixture.ask("PING");
    BOOST_TEST(fixture.context.timings.slow.entries().at(0).id ==
               2U);  // ids are not given out again
}

BOOST_AUTO_TEST_CASE(when_config_is_read_then_it_has_the_threshold_of_slow_commands) {
    allot::test::RespFixture<> fixture;
    BOOST_TEST(fixture.ask("CONFIG GET slowlog-log-*") ==
               "*2\r\n$23\r\nslowlog-log-slower-than\r\n$5\r\n10000\r\n");
    fixture.context.timings.slow.threshold = SlowLog::never;
    BOOST_TEST(fixture.ask("CONFIG GET slowlog-log-*") ==
               "*2\r\n$23\r\nslowlog-log-slower-than\r\n$2\r\n-1\r\n");
    BOOST_TEST(fixture.ask("CONFIG GET slowlog-max-len") ==
               "*2\r\n$15\r\nslowlog-max-len\r\n$3\r\n128\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_password_is_given_then_it_is_not_kept) {
    Slow fixture{allot::Password{"open sesame"}};
    fixture.ask("AUTH mellon");
    fixture.context.clock.now = now = fixture.session.password_reply_due();
    (void)fixture.execute();
    fixture.ask("ATUH \"open sesame\"");  // no command, and the client is not known
    fixture.ask("HELLO 3 AUTH default \"open sesame\"");
    fixture.ask("AUTH default \"open sesame\"");
    fixture.ask("ATUH \"open sesame\"");  // no command
    fixture.ask("ECHO 1");
    BOOST_TEST(
        (fixture.kept() ==
         std::vector<Words>{{"ECHO", "1"}, {"AUTH", "(redacted)"}, {"HELLO", "(redacted)"}}));
}

BOOST_AUTO_TEST_CASE(when_arguments_are_no_plain_text_then_they_are_kept_escaped) {
    Slow fixture;
    fixture.ask(R"(ECHO "\x1b]0;pwned\x07" "it's\xff")");
    fixture.send(allot::test::framed({"PING", std::string{"a\0\\\r\n", 5}}));
    (void)fixture.take();
    BOOST_TEST(fixture.ask("SLOWLOG GET").find(R"(a\x00\x5c\x0d\x0a)") != std::string::npos);
    BOOST_TEST((fixture.kept().at(2) == Words{"ECHO", R"(\x1b]0;pwned\x07)", R"(it\x27s\xff)"}));
}

BOOST_AUTO_TEST_CASE(when_allocations_were_sent_together_then_they_are_one_entry) {
    Slow fixture;
    fixture.send("ALLOCATE o1 s 1\r\nALLOCATE o2 s 2\r\nALLOCATE o3 s 1\r\nSTOCK s\r\nSTOCK t\r\n");
    BOOST_TEST((fixture.kept() ==
                std::vector<Words>{{"STOCK", "t"},
                                   {"STOCK", "s"},
                                   {"ALLOCATE", "o1", "s", "1", "... (2 more commands)"}}));
    // Counted with their mean, and by verb.
    const auto& allocate = fixture.context.counted("ALLOCATE");
    BOOST_TEST(allocate.calls == 3U);
    BOOST_TEST((allocate.took == 20ms));
    BOOST_TEST(fixture.context.counted("STOCK").calls == 2U);
    BOOST_TEST(fixture.context.timings.resp.count() == 5U);
    BOOST_TEST(
        (fixture.context.timings.resp.sum() > 59ms && fixture.context.timings.resp.sum() <= 60ms));
}

BOOST_AUTO_TEST_CASE(when_a_command_is_quit_then_those_after_it_are_not_counted) {
    Slow fixture;
    fixture.send("QUIT\r\nPING\r\n");
    BOOST_TEST((fixture.kept() == std::vector<Words>{{"QUIT"}}));
    BOOST_TEST(fixture.context.counted("PING").calls == 0U);
}

BOOST_AUTO_TEST_CASE(when_there_is_no_clock_then_no_command_is_slow) {
    allot::test::RespFixture<> fixture;
    fixture.context.timings.slow.threshold = 0us;
    fixture.ask("PING");
    BOOST_TEST(fixture.ask("SLOWLOG LEN") == ":0\r\n");
    BOOST_TEST(fixture.context.timings.resp.count() == 0U);
    BOOST_TEST(fixture.context.counted("PING").calls == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_slow_request_comes_over_http_then_method_target_and_body_are_kept) {
    allot::test::HttpFixture<> fixture;
    now = fixture.context.clock.now;
    fixture.context.timings.clock = tick;
    pace = 10ms;
    const std::string body = R"({"lines":[{"sku":"SKU","quantity":1}]})";
    fixture.ask("POST", "/v1/orders/o/allocations", body, "Authorization: Bearer secret\r\n");
    fixture.context.clock.now = now;
    fixture.ask("GET", "/livez");
    const auto& entries = fixture.context.timings.slow.entries();
    BOOST_REQUIRE(entries.size() == 2U);
    BOOST_TEST((entries[0].args == Words{"GET", "/livez"}));
    BOOST_TEST((entries[1].args == Words{"POST", "/v1/orders/o/allocations", body}));
    BOOST_TEST(entries[1].peer == "test:1");
    BOOST_TEST(fixture.context.timings.http.count() == 2U);
    BOOST_TEST(fixture.context.timings.resp.count() == 0U);
}

BOOST_AUTO_TEST_CASE(when_the_log_is_read_over_http_then_it_can_also_be_reset) {
    allot::test::HttpFixture<> fixture;
    fixture.context.timings.slow.add({.id = 0,
                                      .at = 1'700'000'000,
                                      .took = 20ms,
                                      .args = {"STOCK", "a\"\xff\r\n"},
                                      .peer = "test:9",
                                      .name = "me"});
    const std::string first =
        R"({"id":0,"at":1700000000,"microseconds":20000,"arguments":["STOCK","a\"\uFFFD\u000d\u000a"],)"
        R"("client":"test:9","name":"me"})";
    const auto answer = fixture.ask("GET", "/v1/slowlog");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.json() == boost::json::parse(R"({"length":1,"entries":[)" + first + "]}"));
    for (int i = 0; i < 11; ++i) fixture.context.timings.slow.add({});
    const auto count = [&](std::string_view query) {
        const auto answer = fixture.ask("GET", "/v1/slowlog" + std::string{query}).json();
        BOOST_TEST(answer.at("length").as_int64() == 12);
        return answer.at("entries").as_array().size();
    };
    BOOST_TEST(count("") == SlowLog::entries_shown);
    BOOST_TEST(count("?count=0") == 0U);
    BOOST_TEST(count("?count=3") == 3U);
    BOOST_TEST(count("?count=-1") == 12U);
    BOOST_TEST(count("?count=9223372036854775807") == 12U);
    for (const std::string none : {"", "-2", "1.5", "x", "9223372036854775808"}) {
        const auto refused = fixture.ask("GET", "/v1/slowlog?count=" + none);
        BOOST_TEST(refused.status == 400U);
        BOOST_TEST(refused.body == R"({"error":{"code":"SYNTAX","message":"invalid count ')" +
                                       none +
                                       R"(': expected an integer from -1",)"
                                       R"("field":"count"}})");
    }
    BOOST_TEST(fixture.ask("DELETE", "/v1/slowlog").body == R"({"forgotten":12})");
    BOOST_TEST(fixture.ask("GET", "/v1/slowlog").body == R"({"length":0,"entries":[]})");
    BOOST_TEST(fixture.ask("DELETE", "/v1/slowlog?count=1").status == 400U);
}

BOOST_AUTO_TEST_CASE(when_the_store_is_being_opened_then_it_is_readable_over_http_nevertheless) {
    allot::Loading loading;
    allot::ServerContext context{allot::command_table(), loading};
    allot::HttpSession session{context, "test:1"};
    const std::string request = allot::test::http_request("GET", "/v1/slowlog");
    request.copy(session.prepare().data(), request.size());
    session.received(request.size());
    session.execute();
    BOOST_REQUIRE(release(session.output(), 0));
    BOOST_TEST(std::string_view{session.output().sending()}.starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(when_a_queued_command_is_discarded_then_its_verb_has_no_time) {
    Slow fixture;
    for (const std::string_view line : {"MULTI", "ALLOCATE o SKU 1", "DISCARD"}) fixture.ask(line);
    const std::string figures = fixture.ask("INFO commandstats");
    BOOST_TEST(allot::test::contains(figures, "\r\ncmdstat_allocate:calls=0,usec=0,"), figures);
    BOOST_TEST(allot::test::contains(figures, "\r\ncmdstat_discard:calls=1,usec=20000,"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_log_that_is_full)

BOOST_AUTO_TEST_CASE(when_an_entry_is_added_then_the_oldest_goes) {
    SlowLog log;
    for (std::size_t i = 0; i < SlowLog::entries_max + 5; ++i) log.add({});
    BOOST_TEST(log.entries().size() == SlowLog::entries_max);
    BOOST_TEST(log.entries().front().id == SlowLog::entries_max + 4);
    BOOST_TEST(log.entries().back().id == 5U);
    BOOST_TEST(log.added() == SlowLog::entries_max + 5);
}

BOOST_AUTO_TEST_CASE(when_arguments_are_many_or_long_then_they_are_cut_and_the_entry_says_so) {
    const std::string longest(SlowLog::argument_bytes_max, 'a');
    const std::string longer = longest + "bcd";
    const std::string bytes(SlowLog::argument_bytes_max, '\x1b');
    BOOST_TEST(SlowLog::bounded(std::vector<std::string_view>{bytes}).front().size() ==
               4 * SlowLog::argument_bytes_max);
    const std::vector<std::string_view> most(SlowLog::args_max, longest);
    BOOST_TEST(SlowLog::bounded(most).size() == SlowLog::args_max);
    BOOST_TEST(SlowLog::bounded(most).back() == longest);
    const std::vector<std::string_view> more(SlowLog::args_max + 1, longer);
    const auto kept = SlowLog::bounded(more);
    BOOST_TEST(kept.size() == SlowLog::args_max);
    BOOST_TEST(kept.front() == longest + "... (3 more bytes)");
    BOOST_TEST(kept.back() == "... (2 more arguments)");
}

BOOST_AUTO_TEST_SUITE_END()

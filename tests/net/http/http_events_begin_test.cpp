// The beginning of a stream of server-sent events, and errors instead of one.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/net/http/event_listener.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::test::added_event;
using allot::test::allocated_event;
using allot::test::answers_in;
using allot::test::begin_at;
using allot::test::contains;
using allot::test::EventListener;
using allot::test::expect_no_stream;
using allot::test::HttpAnswer;
using allot::test::id_of;
using allot::test::text_of;
using allot::test::TwoEvents;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_two_facts_and_an_event_source, TwoEvents)

BOOST_AUTO_TEST_CASE(
    when_the_source_reconnects_then_it_continues_after_the_last_id_whatever_the_query_says) {
    fixture.engine.journal.sync();
    listener.ask("/v1/feed?from=1", "Last-Event-ID: 1\r\n");
    BOOST_TEST(listener.answer().body == text_of(begin_at(1), allocated_event));
    EventListener again{fixture};
    again.ask("/v1/feed?from=$", "last-event-id: 0\r\n");
    BOOST_TEST(again.answer().body == text_of(begin_at(0), added_event, allocated_event));
    EventListener current{fixture};
    current.ask("/v1/feed", "Last-Event-ID: 2\r\n");
    BOOST_TEST(current.answer().body == begin_at(2));
    allocate(3);
    current.execute();
    BOOST_TEST(current.more().starts_with(id_of(3) + "event: line_allocated\n"));
}

BOOST_AUTO_TEST_CASE(when_the_query_says_where_to_begin_then_it_does) {
    fixture.engine.journal.sync();
    for (const auto& [query, expected] : {
             std::pair{"", text_of(begin_at(0), added_event, allocated_event)},
             {"?from=0", text_of(begin_at(0), added_event, allocated_event)},
             {"?from=2", text_of(begin_at(1), allocated_event)},
             {"?from=3", begin_at(2)},
             {"?from=$", begin_at(2)},
         }) {
        EventListener one{fixture};
        one.ask(std::string{"/v1/feed"} + query, "Last-Event-ID: \r\n");  // none
        BOOST_TEST(one.answer().body == expected, query);
    }
}

BOOST_AUTO_TEST_CASE(when_the_source_reconnects_with_a_cursor_then_it_continues_after_that) {
    fixture.engine.journal.sync();
    listener.ask("/v1/feed?events=line_allocated", "Last-Event-ID: 00000000000000a1:1\r\n");
    BOOST_TEST(listener.answer().body == text_of(begin_at(1), allocated_event));
    EventListener asked{fixture};
    asked.ask("/v1/feed?after=00000000000000a1:1");
    BOOST_TEST(asked.answer().body == text_of(begin_at(1), allocated_event));
    EventListener plain{fixture};
    plain.ask("/v1/feed?after=1");
    BOOST_TEST(plain.answer().body == text_of(begin_at(1), allocated_event));
    EventListener again{fixture};
    again.ask("/v1/feed?after=00000000000000a1:0", "Last-Event-ID: 00000000000000a1:2\r\n");
    BOOST_TEST(again.answer().body == begin_at(2));
}

BOOST_AUTO_TEST_CASE(
    when_the_source_knows_another_history_then_the_first_event_says_from_where_on) {
    fixture.engine.journal.history.leave(0xb2, 1);
    fixture.engine.journal.sync();
    const std::string diverged_event =
        "retry: 1000\nid: 00000000000000a1:1\nevent: diverged\n"
        "data: {\"history\":\"00000000000000b2\",\"agreed\":1,\"after\":\"00000000000000a1:1\"}\n"
        "\n";
    for (const auto& [query, header] :
         {std::pair{"", "Last-Event-ID: 00000000000000b2:2\r\n"},
          {"?after=00000000000000b2:7", ""},
          {"?after=00000000000000a1:2", "Last-Event-ID: 00000000000000b2:2\r\n"}}) {
        EventListener one{fixture};
        one.ask(std::string{"/v1/feed"} + query, header);
        BOOST_TEST(one.answer().body == text_of(diverged_event, allocated_event), query);
    }
    EventListener agreeing{fixture};
    agreeing.ask("/v1/feed", "Last-Event-ID: 00000000000000b2:1\r\n");
    BOOST_TEST(agreeing.answer().body == text_of(begin_at(1), allocated_event));
    EventListener unknown{fixture};
    unknown.ask("/v1/feed?after=00000000000000c3:1");
    BOOST_TEST(contains(unknown.answer().body, R"("agreed":0,"after":"00000000000000a1:0"})"));
}

BOOST_AUTO_TEST_CASE(when_there_are_64_streams_then_the_next_gets_503_and_retry_after) {
    std::vector<std::unique_ptr<EventListener>> streams;
    for (int i = 0; i < 64; ++i) {
        auto& one = *streams.emplace_back(std::make_unique<EventListener>(fixture));
        BOOST_TEST((one.ask("/v1/feed") == ExecuteResult::blocked));
    }
    listener.ask("/v1/feed");
    const HttpAnswer refused = listener.answer();
    expect_no_stream(refused, 503, "the server already has 64 streams of events");
    BOOST_TEST(refused.says("Retry-After: 10"));
    streams.pop_back();
    BOOST_TEST((listener.ask("/v1/feed") == ExecuteResult::blocked));
}

BOOST_AUTO_TEST_CASE(when_the_request_is_head_then_no_stream_begins) {
    BOOST_TEST((listener.ask("/v1/feed", {}, "HEAD") == ExecuteResult::need_input));
    const auto answers = answers_in(listener.take(), true);
    BOOST_REQUIRE(answers.size() == 1U);
    BOOST_TEST(answers.front().says("Content-Type: text/event-stream"));
    BOOST_TEST(!answers.front().says("Connection: close"));
    BOOST_TEST(fixture.context.usage.event_streams == 0U);
    listener.ask("/livez");
    BOOST_TEST(listener.answer().status == 200U);
}

BOOST_AUTO_TEST_CASE(when_facts_are_trimmed_or_ahead_then_no_stream_begins) {
    fixture.engine.journal.sync();
    allocate(3);
    fixture.engine.journal.history.trim(3);
    listener.ask("/v1/feed?from=2");
    expect_no_stream(listener.answer(), 410,
                     R"("3 is the oldest LSN that is kept","field":"from")");
    listener.ask("/v1/feed", "Last-Event-ID: 1\r\n");
    expect_no_stream(listener.answer(), 410, R"("field":"Last-Event-ID")");
    listener.ask("/v1/feed", "Last-Event-ID: 4\r\n");
    expect_no_stream(listener.answer(), 400, R"("AHEAD","message":"3 is the last LSN)");
    BOOST_TEST(fixture.context.usage.event_streams == 0U);
    listener.ask("/v1/feed");
    BOOST_TEST(listener.answer().body.starts_with(begin_at(2) + id_of(3)));
}

BOOST_AUTO_TEST_CASE(when_position_or_kind_is_invalid_then_the_error_names_it) {
    for (const auto& [target, more, part] : {
             std::tuple{"/v1/feed?from=-1", "", R"("field":"from")"},
             {"/v1/feed?from=", "", R"("field":"from")"},
             {"/v1/feed?from=18446744073709551615", "", R"("field":"from")"},
             {"/v1/feed", "Last-Event-ID: x\r\n", R"("field":"Last-Event-ID")"},
             {"/v1/feed", "Last-Event-ID: 18446744073709551615\r\n", R"("field":"Last-Event-ID")"},
             {"/v1/feed", "Last-Event-ID: 00000000000000a1\r\n", "invalid cursor"},
             {"/v1/feed?after=x", "", R"("field":"after")"},
             {"/v1/feed?after=$", "", R"("field":"after")"},
             {"/v1/feed?after=1&from=1", "", "from and after exclude each other"},
             {"/v1/feed?events=", "", R"(invalid kind of event '')"},
             {"/v1/feed?events=batch_added,", "", R"(invalid kind of event '')"},
             {"/v1/feed?events=sold%0A", "", R"(invalid kind of event 'sold\\x0a')"},
             {"/v1/feed?until=3", "", "unknown query parameter"},
         }) {
        EventListener one{fixture};
        one.ask(target, more);
        expect_no_stream(one.answer(), 400, part);
    }
    listener.send(
        "GET /v1/feed HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 1\r\nLast-Event-ID: 2\r\n\r\n");
    expect_no_stream(listener.answer(), 400, "repeated header field");
}

BOOST_AUTO_TEST_CASE(when_the_engine_keeps_no_history_then_the_answer_is_501) {
    allot::test::HttpFixture<> plain;
    expect_no_stream(plain.ask("GET", "/v1/feed"), 501, "keeps no history");
}

BOOST_AUTO_TEST_SUITE_END()

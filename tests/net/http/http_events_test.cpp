// The feed as server-sent events: the events of a stream, and its end.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "tests/net/http/event_listener.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using allot::SessionLimits;
using allot::test::added_event;
using allot::test::allocated_event;
using allot::test::answers_in;
using allot::test::begin_at;
using allot::test::EventListener;
using allot::test::expect_no_stream;
using allot::test::http_request;
using allot::test::HttpAnswer;
using allot::test::id_of;
using allot::test::position_at;
using allot::test::text_of;
using allot::test::TwoEvents;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_two_facts_and_an_event_source, TwoEvents)

BOOST_AUTO_TEST_CASE(when_the_source_connects_then_each_fact_comes_once_it_is_durable) {
    fixture.engine.journal.sync_to(1);
    BOOST_TEST((listener.ask("/v1/feed") == ExecuteResult::blocked));
    const HttpAnswer answer = listener.answer();
    BOOST_TEST(answer.status == 200U);
    for (const auto* const line : {"Content-Type: text/event-stream", "Cache-Control: no-store",
                                   "Connection: close", "Transfer-Encoding: chunked"}) {
        BOOST_TEST(answer.says(line), answer.header);
    }
    BOOST_TEST(answer.header.find("Content-Length") == std::string::npos);
    BOOST_TEST(answer.body == text_of(begin_at(0), added_event));
    BOOST_TEST((listener.execute() == ExecuteResult::blocked));
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(listener.session.awaited_fact() == 2U);
    fixture.engine.journal.sync();
    BOOST_TEST((listener.execute() == ExecuteResult::blocked));
    BOOST_TEST(listener.more() == allocated_event);
}

BOOST_AUTO_TEST_CASE(
    when_some_kinds_are_requested_then_facts_of_others_are_read_once_and_not_sent) {
    fixture.engine.journal.sync();
    listener.ask("/v1/feed?events=out_of_stock,batch_added");
    BOOST_TEST(listener.answer().body == text_of(begin_at(0), added_event));
    fixture.context.clock.now += allot::event_heartbeat;
    listener.execute();
    BOOST_TEST(listener.more() == ":\n\n" + position_at(2));
    fixture.context.clock.now += allot::event_heartbeat;
    listener.execute();
    BOOST_TEST(listener.more() == ":\n\n");
    fixture.send("ALLOCATE o9 SKU 99\r\n");
    fixture.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.more().starts_with(id_of(3) + "event: out_of_stock\n"));
}

BOOST_AUTO_TEST_CASE(when_no_fact_comes_then_the_source_gets_heartbeats) {
    listener.ask("/v1/feed");
    (void)listener.take();
    BOOST_TEST((listener.session.wait_due() == fixture.context.clock.now + allot::event_heartbeat));
    fixture.context.clock.now += allot::event_heartbeat - 1ms;
    listener.execute();
    BOOST_TEST(listener.take().empty());
    fixture.context.clock.now += 1ms;
    listener.execute();
    BOOST_TEST(listener.more() == ":\n\n");
    fixture.context.clock.now += 10s;
    fixture.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.more() == text_of(added_event, allocated_event));
    BOOST_TEST((listener.session.wait_due() == fixture.context.clock.now + allot::event_heartbeat));
}

BOOST_AUTO_TEST_CASE(when_the_request_is_http_1_0_then_the_connection_ends_the_stream) {
    fixture.engine.journal.sync_to(1);
    listener.send("GET /v1/feed HTTP/1.0\r\n\r\n");
    const HttpAnswer answer = listener.answer();
    BOOST_TEST(!answer.says("Transfer-Encoding: chunked"));
    BOOST_TEST(answer.says("Connection: close"));
    BOOST_TEST(answer.body == text_of(begin_at(0), added_event));
    fixture.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.take() == allocated_event);
    listener.session.finish();
    listener.execute();
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(listener.session.ended());
}

BOOST_AUTO_TEST_CASE(when_requests_follow_then_none_is_executed_and_nothing_of_them_is_kept) {
    fixture.engine.journal.sync();
    const std::string add = http_request("PUT", "/v1/batches/x", R"({"sku":"X","quantity":1})");
    listener.send(http_request("GET", "/v1/feed") + add);
    (void)listener.take();
    const std::size_t held = listener.session.buffer_bytes();
    for (int i = 0; i < 1000; ++i) BOOST_TEST((listener.send(add) == ExecuteResult::blocked));
    BOOST_TEST(listener.session.buffer_bytes() == held);
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(fixture.engine.journal.last() == 2U);
}

BOOST_AUTO_TEST_CASE(when_an_event_follows_a_change_then_the_answer_to_that_comes_first) {
    listener.send(http_request("PUT", "/v1/batches/x", R"({"sku":"X","quantity":1})") +
                  http_request("GET", "/v1/feed?from=3"));
    BOOST_TEST(listener.take().empty());
    fixture.engine.journal.sync();
    listener.execute();
    const auto answers = answers_in(listener.take());
    BOOST_REQUIRE(answers.size() == 2U);
    BOOST_TEST(answers[0].status == 201U);
    // When it began no fact was visible: it sends no cursor that a crash may still invalidate.
    BOOST_TEST(answers[1].body.starts_with(begin_at(0) + id_of(3) + "event: batch_added\n"));
}

BOOST_AUTO_TEST_CASE(when_the_next_fact_is_trimmed_then_an_event_says_so_and_the_stream_ends) {
    fixture.engine.journal.sync_to(1);
    listener.ask("/v1/feed");
    (void)listener.take();
    fixture.engine.journal.sync();
    allocate(3);
    fixture.engine.journal.history.trim(3);
    BOOST_TEST((listener.execute() == ExecuteResult::ended));
    BOOST_TEST(listener.more() == "event: trimmed\ndata: {\"oldest\":3}\n\n");
    BOOST_TEST(!listener.session.is_waiting());
}

BOOST_AUTO_TEST_CASE(when_the_storage_fails_then_durable_facts_are_sent_and_the_stream_ends) {
    listener.ask("/v1/feed");
    (void)listener.take();
    fixture.engine.journal.sync_to(1);
    fixture.context.store.failed = true;
    BOOST_TEST((listener.execute() == ExecuteResult::ended));
    const std::string bytes = listener.take();
    BOOST_TEST(bytes.ends_with("\r\n0\r\n\r\n"));
    BOOST_TEST(bytes.find(added_event) != std::string::npos);
    EventListener late{fixture};
    late.ask("/v1/feed?from=$");
    expect_no_stream(late.answer(), 503, "the storage has failed");
}

BOOST_AUTO_TEST_CASE(when_streams_begin_and_end_then_they_are_counted) {
    {
        EventListener gone{fixture};
        gone.ask("/v1/feed");
        listener.ask("/v1/feed");
        BOOST_TEST(fixture.context.usage.event_streams == 2U);
        BOOST_TEST(fixture.context.usage.http_clients == 2U);
    }
    BOOST_TEST(fixture.context.usage.event_streams == 1U);
    listener.session.finish();
    BOOST_TEST(fixture.context.usage.event_streams == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_event_source_that_is_slow)

BOOST_AUTO_TEST_CASE(
    when_there_are_many_facts_then_they_are_read_as_output_has_space_and_none_is_left_out) {
    SessionLimits limits;
    limits.set_output_bytes_max(64 * allot::kibibyte);
    TwoEvents server{limits};
    constexpr int facts = 3'000;
    for (int i = 3; i <= facts; ++i) server.allocate(i);
    BOOST_TEST((server.listener.ask("/v1/feed") == TwoEvents::ExecuteResult::backpressure));
    std::string stream;
    for (TwoEvents::ExecuteResult result = TwoEvents::ExecuteResult::backpressure;
         result == TwoEvents::ExecuteResult::backpressure; result = server.listener.execute()) {
        BOOST_TEST(server.listener.session.output().bytes() < limits.output_bytes_max);
        const std::string bytes = server.listener.take();
        BOOST_REQUIRE(!bytes.empty());
        stream += bytes;
    }
    stream += server.listener.take();
    const std::string body = answers_in(stream).front().body;
    std::size_t at = 0;
    for (int lsn = 1; lsn <= facts; ++lsn) {
        at = body.find("\n" + id_of(lsn) + "event: ", at);
        BOOST_REQUIRE(at != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

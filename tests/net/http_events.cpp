// The feed as server-sent events.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/net/http_desk.hpp"
#include "tests/net/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::Conversation;
using allot::SessionLimits;
using allot::test::answers_in;
using allot::test::Desk;
using allot::test::HandJournal;
using allot::test::http_request;
using allot::test::HttpAnswer;
using Turn = Conversation::Turn;

constexpr std::string_view added_event =
    "id: 1\nevent: batch_added\n"
    "data: "
    "{\"batchref\":\"b\",\"sku\":\"SKU\",\"qty\":10,\"eta\":null,\"time\":1600000000000000}\n\n";
constexpr std::string_view allocated_event =
    "id: 2\nevent: line_allocated\n"
    "data: "
    "{\"orderid\":\"o\",\"sku\":\"SKU\",\"qty\":3,\"batchref\":\"b\",\"time\":1600000000000000}\n"
    "\n";

std::string begin_at(int last) { return "retry: 1000\nid: " + std::to_string(last) + "\n\n"; }

/// A client that listens, beside a desk where others work.
struct Listener {
    explicit Listener(Desk<HandJournal>& at) : desk{at} {}
    Turn ask(std::string_view target, std::string_view more = {}, std::string_view method = "GET") {
        return send(http_request(method, target, {}, more));
    }
    Turn send(std::string_view bytes) {
        const auto room = session.prepare();
        BOOST_REQUIRE(room.size() >= bytes.size());
        session.received(bytes.copy(room.data(), bytes.size()));
        return execute();
    }
    /// Until it has nothing to do.
    Turn execute() {
        Turn turn{};
        do {
            turn = session.execute();
            desk.hub.end_round();
        } while (turn == Turn::over);
        return turn;
    }
    std::string take() { return allot::test::released(session.output(), desk.engine.journal); }
    /// The answer as far as it has come.
    HttpAnswer answer() {
        auto answers = answers_in(take());
        BOOST_REQUIRE(answers.size() == 1U);
        return answers.front();
    }
    /// What came of the stream since.
    std::string more() {
        const std::string bytes = take();
        std::string_view rest = bytes;
        std::string text = allot::test::take_chunks(rest);
        BOOST_TEST(rest.empty());
        return text;
    }
    Desk<HandJournal>& desk;
    allot::HttpSession session{desk.hub, "test:listener"};
};

struct TwoEvents {
    explicit TwoEvents(SessionLimits limits = {}) : desk{limits} {
        desk.send("ADDBATCH b SKU 10\r\nALLOCATE o SKU 3\r\n");
    }
    void allocate(int order) {
        desk.send("ALLOCATE o" + std::to_string(order) + " SKU 1\r\n");
        desk.engine.journal.sync();
        (void)desk.take();
    }
    Desk<HandJournal> desk;
    Listener listener{desk};
};

std::string text_of(std::string_view first, std::string_view second, std::string_view third = {}) {
    return std::string{first}.append(second).append(third);
}

void expect_error(const HttpAnswer& answer, unsigned status, std::string_view part) {
    BOOST_TEST(answer.status == status, answer.body);
    BOOST_TEST(answer.says("Content-Type: application/json"));
    BOOST_TEST(answer.body.find(part) != std::string::npos, answer.body);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_two_facts_and_an_event_source, TwoEvents)

BOOST_AUTO_TEST_CASE(when_there_are_64_streams_then_the_next_is_asked_to_come_later) {
    std::vector<std::unique_ptr<Listener>> streams;
    for (int i = 0; i < 64; ++i) {
        auto& one = *streams.emplace_back(std::make_unique<Listener>(desk));
        BOOST_TEST((one.ask("/v1/feed") == Turn::waiting));
    }
    listener.ask("/v1/feed");
    const HttpAnswer refused = listener.answer();
    expect_error(refused, 503, "a server has at most 64 streams of events");
    BOOST_TEST(refused.says("Retry-After: 10"));
    streams.pop_back();
    BOOST_TEST((listener.ask("/v1/feed") == Turn::waiting));
}

BOOST_AUTO_TEST_CASE(when_it_connects_then_each_fact_comes_once_it_is_durable) {
    desk.engine.journal.sync_to(1);
    BOOST_TEST((listener.ask("/v1/feed") == Turn::waiting));
    const HttpAnswer answer = listener.answer();
    BOOST_TEST(answer.status == 200U);
    for (const auto* const line : {"Content-Type: text/event-stream", "Cache-Control: no-store",
                                   "Connection: close", "Transfer-Encoding: chunked"}) {
        BOOST_TEST(answer.says(line), answer.header);
    }
    BOOST_TEST(answer.header.find("Content-Length") == std::string::npos);
    BOOST_TEST(answer.body == text_of(begin_at(0), added_event));
    BOOST_TEST((listener.execute() == Turn::waiting));
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(listener.session.awaited_fact() == 2U);
    desk.engine.journal.sync();
    BOOST_TEST((listener.execute() == Turn::waiting));
    BOOST_TEST(listener.more() == allocated_event);
}

BOOST_AUTO_TEST_CASE(when_it_comes_back_then_it_goes_on_after_the_last_id_whatever_the_query_says) {
    desk.engine.journal.sync();
    listener.ask("/v1/feed?from=1", "Last-Event-ID: 1\r\n");
    BOOST_TEST(listener.answer().body == text_of(begin_at(1), allocated_event));
    Listener again{desk};
    again.ask("/v1/feed?from=$", "last-event-id: 0\r\n");
    BOOST_TEST(again.answer().body == text_of(begin_at(0), added_event, allocated_event));
    Listener current{desk};
    current.ask("/v1/feed", "Last-Event-ID: 2\r\n");
    BOOST_TEST(current.answer().body == begin_at(2));
    allocate(3);
    current.execute();
    BOOST_TEST(current.more().starts_with("id: 3\nevent: line_allocated\n"));
}

BOOST_AUTO_TEST_CASE(when_the_query_says_where_to_begin_then_it_does) {
    desk.engine.journal.sync();
    for (const auto& [query, expected] : {
             std::pair{"", text_of(begin_at(0), added_event, allocated_event)},
             {"?from=0", text_of(begin_at(0), added_event, allocated_event)},
             {"?from=2", text_of(begin_at(1), allocated_event)},
             {"?from=3", begin_at(2)},
             {"?from=$", begin_at(2)},
         }) {
        Listener one{desk};
        one.ask(std::string{"/v1/feed"} + query, "Last-Event-ID: \r\n");  // none
        BOOST_TEST(one.answer().body == expected, query);
    }
}

BOOST_AUTO_TEST_CASE(
    when_some_kinds_are_wanted_then_others_are_passed_over_and_not_asked_for_again) {
    desk.engine.journal.sync();
    listener.ask("/v1/feed?events=out_of_stock,batch_added");
    BOOST_TEST(listener.answer().body == text_of(begin_at(0), added_event));
    desk.hub.now += allot::event_heartbeat;
    listener.execute();
    BOOST_TEST(listener.more() == ":\nid: 2\n\n");
    desk.hub.now += allot::event_heartbeat;
    listener.execute();
    BOOST_TEST(listener.more() == ":\n\n");
    desk.send("ALLOCATE o9 SKU 99\r\n");
    desk.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.more().starts_with("id: 3\nevent: out_of_stock\n"));
}

BOOST_AUTO_TEST_CASE(when_nothing_happens_then_it_hears_that_the_server_lives) {
    listener.ask("/v1/feed");
    (void)listener.take();
    BOOST_TEST((listener.session.wait_due() == desk.hub.now + allot::event_heartbeat));
    desk.hub.now += allot::event_heartbeat - 1ms;
    listener.execute();
    BOOST_TEST(listener.take().empty());
    desk.hub.now += 1ms;
    listener.execute();
    BOOST_TEST(listener.more() == ":\n\n");
    desk.hub.now += 10s;
    desk.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.more() == text_of(added_event, allocated_event));
    BOOST_TEST((listener.session.wait_due() == desk.hub.now + allot::event_heartbeat));
}

BOOST_AUTO_TEST_CASE(when_it_is_asked_in_version_1_0_then_the_connection_ends_the_stream) {
    desk.engine.journal.sync_to(1);
    listener.send("GET /v1/feed HTTP/1.0\r\n\r\n");
    const HttpAnswer answer = listener.answer();
    BOOST_TEST(!answer.says("Transfer-Encoding: chunked"));
    BOOST_TEST(answer.says("Connection: close"));
    BOOST_TEST(answer.body == text_of(begin_at(0), added_event));
    desk.engine.journal.sync();
    listener.execute();
    BOOST_TEST(listener.take() == allocated_event);
    listener.session.finish();
    listener.execute();
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(listener.session.ended());
}

BOOST_AUTO_TEST_CASE(when_only_the_header_is_asked_for_then_no_stream_begins) {
    BOOST_TEST((listener.ask("/v1/feed", {}, "HEAD") == Turn::starved));
    const auto answers = answers_in(listener.take(), true);
    BOOST_REQUIRE(answers.size() == 1U);
    BOOST_TEST(answers.front().says("Content-Type: text/event-stream"));
    BOOST_TEST(!answers.front().says("Connection: close"));
    BOOST_TEST(desk.hub.event_streams == 0U);
    listener.ask("/livez");
    BOOST_TEST(listener.answer().status == 200U);
}

BOOST_AUTO_TEST_CASE(when_requests_follow_then_none_is_executed_and_nothing_of_them_is_kept) {
    desk.engine.journal.sync();
    const std::string add = http_request("PUT", "/v1/batches/x", R"({"sku":"X","quantity":1})");
    listener.send(http_request("GET", "/v1/feed") + add);
    (void)listener.take();
    const std::size_t held = listener.session.buffer_bytes();
    for (int i = 0; i < 1000; ++i) BOOST_TEST((listener.send(add) == Turn::waiting));
    BOOST_TEST(listener.session.buffer_bytes() == held);
    BOOST_TEST(listener.take().empty());
    BOOST_TEST(desk.engine.journal.last() == 2U);
}

BOOST_AUTO_TEST_CASE(when_it_follows_a_change_then_the_answer_to_that_comes_first) {
    listener.send(http_request("PUT", "/v1/batches/x", R"({"sku":"X","quantity":1})") +
                  http_request("GET", "/v1/feed?from=3"));
    BOOST_TEST(listener.take().empty());
    desk.engine.journal.sync();
    listener.execute();
    const auto answers = answers_in(listener.take());
    BOOST_REQUIRE(answers.size() == 2U);
    BOOST_TEST(answers[0].status == 201U);
    BOOST_TEST(answers[1].body.starts_with(begin_at(2) + "id: 3\nevent: batch_added\n"));
}

BOOST_AUTO_TEST_CASE(when_facts_are_gone_or_never_were_then_no_stream_begins) {
    desk.engine.journal.sync();
    allocate(3);
    desk.engine.journal.history.trim(3);
    listener.ask("/v1/feed?from=2");
    expect_error(listener.answer(), 410, R"("3 is the oldest LSN that is kept","field":"from")");
    listener.ask("/v1/feed", "Last-Event-ID: 1\r\n");
    expect_error(listener.answer(), 410, R"("field":"Last-Event-ID")");
    listener.ask("/v1/feed", "Last-Event-ID: 4\r\n");
    expect_error(listener.answer(), 400, R"("AHEAD","message":"3 is the last LSN)");
    BOOST_TEST(desk.hub.event_streams == 0U);
    listener.ask("/v1/feed");
    BOOST_TEST(listener.answer().body.starts_with(begin_at(2) + "id: 3\n"));
}

BOOST_AUTO_TEST_CASE(when_it_says_no_place_or_kind_then_it_is_told_why) {
    for (const auto& [target, more, part] : {
             std::tuple{"/v1/feed?from=-1", "", R"("field":"from")"},
             {"/v1/feed?from=", "", R"("field":"from")"},
             {"/v1/feed?from=18446744073709551615", "", R"("field":"from")"},
             {"/v1/feed", "Last-Event-ID: x\r\n", R"("field":"Last-Event-ID")"},
             {"/v1/feed", "Last-Event-ID: 18446744073709551615\r\n", R"("field":"Last-Event-ID")"},
             {"/v1/feed?events=", "", R"('' is no kind of fact)"},
             {"/v1/feed?events=batch_added,", "", R"('' is no kind of fact)"},
             {"/v1/feed?events=sold%0A", "", R"('sold\\x0a' is no kind of fact)"},
             {"/v1/feed?until=3", "", "the query has no such part here"},
         }) {
        Listener one{desk};
        one.ask(target, more);
        expect_error(one.answer(), 400, part);
    }
    listener.send(
        "GET /v1/feed HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 1\r\nLast-Event-ID: 2\r\n\r\n");
    expect_error(listener.answer(), 400, "comes twice");
}

BOOST_AUTO_TEST_CASE(when_what_it_would_read_next_is_trimmed_then_the_stream_says_so_and_ends) {
    desk.engine.journal.sync_to(1);
    listener.ask("/v1/feed");
    (void)listener.take();
    desk.engine.journal.sync();
    allocate(3);
    desk.engine.journal.history.trim(3);
    BOOST_TEST((listener.execute() == Turn::ended));
    BOOST_TEST(listener.more() == "event: trimmed\ndata: {\"oldest\":3}\n\n");
    BOOST_TEST(!listener.session.is_waiting());
}

BOOST_AUTO_TEST_CASE(when_the_storage_fails_then_what_was_durable_is_shown_and_the_stream_ends) {
    listener.ask("/v1/feed");
    (void)listener.take();
    desk.engine.journal.sync_to(1);
    desk.hub.storage_failed = true;
    BOOST_TEST((listener.execute() == Turn::ended));
    const std::string bytes = listener.take();
    BOOST_TEST(bytes.ends_with("\r\n0\r\n\r\n"));
    BOOST_TEST(bytes.find(added_event) != std::string::npos);
    Listener late{desk};
    late.ask("/v1/feed?from=$");
    expect_error(late.answer(), 503, "the storage has failed");
}

BOOST_AUTO_TEST_CASE(when_streams_begin_and_end_then_they_are_counted) {
    {
        Listener gone{desk};
        gone.ask("/v1/feed");
        listener.ask("/v1/feed");
        BOOST_TEST(desk.hub.event_streams == 2U);
        BOOST_TEST(desk.hub.http_clients == 2U);
    }
    BOOST_TEST(desk.hub.event_streams == 1U);
    listener.session.finish();
    BOOST_TEST(desk.hub.event_streams == 0U);
}

BOOST_AUTO_TEST_CASE(when_there_is_no_history_then_it_says_so) {
    allot::test::HttpDesk<> plain;
    expect_error(plain.ask("GET", "/v1/feed"), 501, "keeps no history");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_event_source_that_is_slow)

BOOST_AUTO_TEST_CASE(when_much_is_there_then_it_is_read_as_there_is_room_and_nothing_is_left_out) {
    SessionLimits limits;
    limits.set_output_bytes_max(64 * allot::kibibyte);
    TwoEvents shop{limits};
    constexpr int facts = 3'000;
    for (int i = 3; i <= facts; ++i) shop.allocate(i);
    BOOST_TEST((shop.listener.ask("/v1/feed") == Turn::backed_up));
    std::string stream;
    for (Turn turn = Turn::backed_up; turn == Turn::backed_up; turn = shop.listener.execute()) {
        BOOST_TEST(shop.listener.session.output().bytes() < limits.output_bytes_max);
        const std::string bytes = shop.listener.take();
        BOOST_REQUIRE(!bytes.empty());
        stream += bytes;
    }
    stream += shop.listener.take();
    const std::string body = answers_in(stream).front().body;
    std::size_t at = 0;
    for (int lsn = 1; lsn <= facts; ++lsn) {
        at = body.find("\nid: " + std::to_string(lsn) + "\nevent: ", at);
        BOOST_REQUIRE(at != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_server_of_event_streams)

using allot::test::eventually;
using allot::test::TestClient;
using allot::test::TestServer;

BOOST_AUTO_TEST_CASE(when_a_fact_is_durable_then_all_streams_are_told_and_an_idle_time_ends_none) {
    TestServer server{{.idle_max = 300ms}};
    TestClient first{server, TestServer::http};
    TestClient second{server, TestServer::http};
    TestClient worker{server};
    for (auto* const each : {&first, &second}) each->send(http_request("GET", "/v1/feed"));
    worker.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.engine.journal.last() == 1U; }));
    std::this_thread::sleep_for(800ms);
    server.engine.journal.sync();
    for (auto* const each : {&first, &second}) {
        std::string stream;
        while (!stream.ends_with("}\n\n\r\n")) stream += each->receive(std::size_t{1});
        BOOST_TEST(answers_in(stream).front().body == begin_at(0) + std::string{added_event});
    }
}

BOOST_AUTO_TEST_CASE(when_the_server_ends_then_streams_end_at_once_and_well) {
    TestServer server;
    TestClient client{server, TestServer::http};
    client.send(http_request("GET", "/v1/feed"));
    BOOST_TEST(eventually([&] { return server.counters().commands == 1U; }));
    BOOST_TEST(server.drain(5s).get());
    const std::string stream = client.until_closed();
    BOOST_TEST(answers_in(stream).front().body == begin_at(0));
    BOOST_TEST(stream.ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(when_clients_go_then_their_streams_are_gone) {
    TestServer server;
    {
        TestClient gone{server, TestServer::http};
        gone.send(http_request("GET", "/v1/feed"));
        TestClient finished{server, TestServer::http};
        finished.send(http_request("GET", "/v1/feed"));
        BOOST_TEST(eventually([&] { return server.counters().commands == 2U; }));
        finished.end_sending();
        BOOST_TEST(finished.until_closed().ends_with("\r\n0\r\n\r\n"));
    }
    BOOST_TEST(eventually([&] { return server.clients() == 0U; }));
}

BOOST_AUTO_TEST_SUITE_END()

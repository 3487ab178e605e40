// A connection over HTTP: answers that wait for the disk, and several requests.

#include "net/http/http_session.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::Session;
using allot::SessionLimits;
using allot::test::answers_in;
using allot::test::book_batch;
using allot::test::HandJournal;
using allot::test::http_request;
using allot::test::HttpFixture;

std::string allocate() { return http_request("POST", "/allocate", allot::test::book_line); }

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_disk_that_lags_behind_http)

BOOST_AUTO_TEST_CASE(when_a_change_is_not_durable_then_its_answer_is_held) {
    HttpFixture<HandJournal> fixture;
    fixture.send(http_request("POST", "/add_batch", book_batch));
    fixture.send(allocate());
    BOOST_TEST(fixture.take().empty());
    fixture.engine.journal.sync_to(1);
    BOOST_TEST(answers_in(fixture.take()).front().status == 201U);
    fixture.engine.journal.sync();
    BOOST_TEST(answers_in(fixture.take()).front().status == 202U);
}

BOOST_AUTO_TEST_CASE(when_another_client_looks_at_it_then_that_answer_is_held_too) {
    HttpFixture<HandJournal> fixture;
    fixture.send(http_request("POST", "/add_batch", book_batch));
    for (const auto& [method, target] : std::initializer_list<std::pair<const char*, const char*>>{
             {"GET", "/allocations/o"},
             {"GET", "/v1/orders/o/allocations"},
             {"DELETE", "/v1/orders/o/allocations"},
             {"GET", "/v1/skus/SKU/stock"},
             {"GET", "/v1/skus/NOPE/stock"},
             {"HEAD", "/v1/skus/SKU/stock"},
             {"GET", "/v1/skus/SKU/available"},
             {"POST", "/v1/batches/nope/receive"}}) {
        allot::HttpSession reader{fixture.context, "test:2"};
        const std::string bytes = http_request(method, target);
        bytes.copy(reader.prepare().data(), bytes.size());
        reader.received(bytes.size());
        reader.execute();
        BOOST_TEST(!reader.output().empty(), target);
        BOOST_TEST(!release(reader.output(), 0), target);
        BOOST_TEST(release(reader.output(), 1), target);
    }
}

BOOST_AUTO_TEST_CASE(when_a_request_saw_no_stock_then_it_is_answered_at_once) {
    HttpFixture<HandJournal> fixture;
    fixture.send(http_request("POST", "/add_batch", book_batch));
    allot::HttpSession other{fixture.context, "test:2"};
    const std::string bytes = http_request("GET", "/livez") + http_request("GET", "/nowhere");
    bytes.copy(other.prepare().data(), bytes.size());
    other.received(bytes.size());
    other.execute();
    BOOST_TEST(release(other.output(), 0));
}

BOOST_AUTO_TEST_CASE(when_the_disk_fails_then_the_client_gets_an_error_and_nothing_changed) {
    HttpFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("POST", "/add_batch", book_batch);
    fixture.engine.journal.fail();
    const auto refused = fixture.ask("POST", "/v1/orders/o/allocations",
                                     R"({"lines":[{"sku":"SKU","quantity":1}]})");
    BOOST_TEST(refused.status == 503U);
    BOOST_TEST(refused.json().at("error").at("code") == "READONLY");
    fixture.context.store.failed = true;
    BOOST_TEST(fixture.ask("GET", "/v1/skus/SKU/available").status ==
               200U);  // all of it is durable
    BOOST_TEST(fixture.ask("POST", "/add_batch", book_batch).status == 503U);
    BOOST_TEST(fixture.ask("GET", "/livez").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_the_disk_is_full_then_changes_are_refused_and_reads_served) {
    HttpFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("POST", "/add_batch", book_batch);
    fixture.engine.journal.full = true;
    const auto refused = fixture.ask("POST", "/v1/orders/o/allocations",
                                     R"({"lines":[{"sku":"SKU","quantity":1}]})");
    BOOST_TEST(refused.status == 503U);
    BOOST_TEST(refused.json().at("error").at("code") == "READONLY");
    BOOST_TEST(refused.says("Retry-After: 5"));
    BOOST_TEST(fixture.ask("GET", "/v1/skus/SKU/available").status == 200U);
}

BOOST_AUTO_TEST_CASE(when_the_disk_has_failed_and_not_all_is_durable_then_nothing_of_it_is_shown) {
    HttpFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("POST", "/add_batch", book_batch);
    fixture.engine.journal.sync_by_hand();
    fixture.send(allocate());
    fixture.engine.journal.fail();
    fixture.context.store.failed = true;
    allot::HttpSession other{fixture.context, "test:2"};
    const std::string bytes = http_request("GET", "/v1/skus/SKU/available");
    bytes.copy(other.prepare().data(), bytes.size());
    other.received(bytes.size());
    other.execute();
    BOOST_TEST_REQUIRE(release(other.output(), 0));
    BOOST_TEST(std::string{other.output().sending()}.find("READONLY") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_connection_over_http)

BOOST_AUTO_TEST_CASE(when_requests_come_in_any_pieces_then_each_is_answered_in_order) {
    const std::string bytes = http_request("POST", "/add_batch", book_batch) + "\r\n" + allocate() +
                              http_request("GET", "/allocations/o") +
                              http_request("GET", "/nowhere");
    HttpFixture<> whole;
    whole.send(bytes);
    const std::string expected = whole.take();
    BOOST_TEST(answers_in(expected).size() == 4U);
    BOOST_TEST((whole.last_result == Session::ExecuteResult::need_input));
    for (const std::size_t piece : {1, 2, 3, 7, 64}) {
        HttpFixture<> fixture;
        fixture.send(bytes, piece);
        BOOST_TEST(fixture.take() == expected, "in pieces of " << piece);
    }
}

BOOST_AUTO_TEST_CASE(when_a_body_comes_in_chunks_then_it_is_one_body) {
    HttpFixture<> fixture;
    const std::string chunked =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; "
        "charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
        "b;note=\"x\"\r\n{\"ref\":\"b\",\r\n20\r\n\"sku\":\"SKU\",\"qty\":10,\"eta\":null}\r\n"
        "0\r\nAuthorization: in a trailer\r\n\r\n";
    fixture.send(chunked, 1);
    BOOST_TEST(answers_in(fixture.take()).front().status == 201U);
    BOOST_TEST((fixture.last_result == Session::ExecuteResult::need_input));
}

BOOST_AUTO_TEST_CASE(when_the_request_is_head_then_the_answer_has_the_length_without_the_body) {
    HttpFixture<> fixture;
    fixture.ask("POST", "/add_batch", book_batch);
    const auto body = fixture.ask("GET", "/v1/skus/SKU/stock").body;
    const auto head = fixture.ask("HEAD", "/v1/skus/SKU/stock");
    BOOST_TEST(head.says("Content-Length: " + std::to_string(body.size())));
    BOOST_TEST(head.body.empty());
}

BOOST_AUTO_TEST_CASE(when_the_connection_is_not_to_be_kept_then_it_ends_after_the_answer) {
    for (const std::string_view request :
         {"GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
          "GET /livez HTTP/1.0\r\n\r\n"}) {
        HttpFixture<> fixture;
        const auto answer = fixture.ask_raw(request);
        BOOST_TEST(answer.says("Connection: close"));
        BOOST_TEST((fixture.last_result == Session::ExecuteResult::ended));
    }
    HttpFixture<> old;
    BOOST_TEST(old.ask_raw("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                   .says("Connection: keep-alive"));
    BOOST_TEST((old.last_result == Session::ExecuteResult::need_input));
}

BOOST_AUTO_TEST_CASE(when_the_client_expects_100_continue_then_it_gets_it_once) {
    HttpFixture<> fixture;
    const std::string request =
        http_request("POST", "/add_batch", book_batch, "Expect: 100-continue\r\n");
    const std::string_view header{request.data(), request.size() - book_batch.size()};
    fixture.send(header);
    BOOST_TEST(fixture.take() == "HTTP/1.1 100 Continue\r\n\r\n");
    fixture.send(book_batch, 5);
    BOOST_TEST(answers_in(fixture.take()).front().status == 201U);

    HttpFixture<> refused;
    const auto answer = refused.ask_raw(
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/html\r\n"
        "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(answer.status == 415U);
    BOOST_TEST((refused.last_result == Session::ExecuteResult::ended));
}

BOOST_AUTO_TEST_CASE(when_a_request_is_incomplete_then_it_is_known_since_when) {
    HttpFixture<> fixture;
    fixture.context.clock.now = allot::ServerContext::Time{std::chrono::seconds{5}};
    fixture.send("GET /livez HT");
    const auto began = fixture.session.request_began();
    BOOST_TEST((began == fixture.context.clock.now));
    fixture.context.clock.now += std::chrono::seconds{20};
    fixture.send("TP/1.1\r\nA: b\r\n");
    BOOST_TEST((fixture.session.request_began() == began));
    fixture.send("Host: h\r\n\r\n");
    BOOST_TEST((fixture.session.request_began() == allot::ServerContext::Time::max()));
}

BOOST_AUTO_TEST_CASE(when_answers_are_not_taken_then_no_more_requests_are_executed) {
    SessionLimits limits;
    limits.output_pause_bytes = 2000;
    HttpFixture<> fixture{limits};
    std::string many;
    for (int i = 0; i < 40; ++i) many += http_request("GET", "/livez");
    const auto buffer = fixture.session.prepare();
    fixture.session.received(many.copy(buffer.data(), buffer.size()));
    fixture.execute();
    BOOST_TEST((fixture.last_result == Session::ExecuteResult::backpressure));
    BOOST_TEST(fixture.session.output().bytes() < 2500U);
    std::string answers;
    for (int times = 0; fixture.last_result == Session::ExecuteResult::backpressure && times < 40;
         ++times) {
        answers += fixture.take();
        fixture.execute();
    }
    BOOST_TEST(answers_in(answers + fixture.take()).size() == 40U);
}

BOOST_AUTO_TEST_CASE(when_an_answer_would_be_too_large_then_an_error_replaces_it) {
    SessionLimits limits;
    limits.reply_bytes_max = 2048;
    HttpFixture<> fixture{limits};
    for (int i = 0; i < 30; ++i) {
        fixture.ask("PUT", "/v1/batches/b" + std::to_string(i), R"({"sku":"SKU","quantity":1})");
    }
    const auto answer = fixture.ask("GET", "/v1/skus/SKU/stock");
    BOOST_TEST(answer.status == 500U);
    BOOST_TEST(answer.body.size() < 200U);
}

BOOST_AUTO_TEST_CASE(when_the_connection_ends_then_the_context_counts_no_memory_of_it) {
    HttpFixture<> fixture;
    {
        allot::HttpSession other{fixture.context, "test:2"};
        (void)other.prepare();
        BOOST_TEST(fixture.context.usage.buffer_bytes >= allot::HttpSession::buffer_bytes_min);
        BOOST_TEST(fixture.context.usage.http_clients == 2U);
    }
    BOOST_TEST(fixture.context.usage.buffer_bytes == 0U);
    BOOST_TEST(fixture.context.usage.http_clients == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

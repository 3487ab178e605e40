#include "net/http/http_session.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/net/http_desk.hpp"

namespace {

using allot::Conversation;
using allot::Drop;
using allot::ErrorCode;
using allot::SessionLimits;
using allot::test::answers_in;
using allot::test::HandJournal;
using allot::test::http_request;
using allot::test::HttpAnswer;
using allot::test::HttpDesk;

constexpr std::string_view batch = R"({"ref":"b","sku":"SKU","qty":10,"eta":null})";
constexpr std::string_view line = R"({"orderid":"o","sku":"SKU","qty":3})";

std::string allocate() { return http_request("POST", "/allocate", line); }

/// The one answer to something that cannot be read, after which the connection ends.
HttpAnswer last_answer_to(std::string_view bytes) {
    HttpDesk<> desk;
    desk.send(bytes);
    const auto answers = answers_in(desk.take());
    BOOST_REQUIRE_MESSAGE(answers.size() == 1, bytes);
    BOOST_TEST((desk.last_turn == Conversation::Turn::ended), bytes);
    BOOST_TEST(answers.front().says("Connection: close"), bytes);
    BOOST_TEST(desk.engine.journal.last() == 0U, bytes);
    return answers.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_the_service_of_the_book)

BOOST_AUTO_TEST_CASE(when_a_batch_is_added_and_a_line_allocated_then_it_answers_as_that_does) {
    HttpDesk<> desk;
    const auto added = desk.ask("POST", "/add_batch", batch);
    BOOST_TEST(added.status == 201U);
    BOOST_TEST(added.body == "OK");
    const auto allocated = desk.ask("POST", "/allocate", line);
    BOOST_TEST(allocated.status == 202U);
    BOOST_TEST(allocated.body == "OK");
    const auto found = desk.ask("GET", "/allocations/o");
    BOOST_TEST(found.status == 200U);
    BOOST_TEST(found.body == R"([{"sku":"SKU","batchref":"b"}])");
    BOOST_TEST(desk.ask("GET", "/allocations/nobody").status == 404U);
}

BOOST_AUTO_TEST_CASE(when_it_cannot_be_allocated_then_a_400_says_why) {
    HttpDesk<> desk;
    desk.ask("POST", "/add_batch", batch);
    const auto unknown = desk.ask("POST", "/allocate", R"({"orderid":"o","sku":"X","qty":1})");
    BOOST_TEST(unknown.status == 400U);
    BOOST_TEST(unknown.body == R"({"message":"Invalid sku X"})");
    const auto short_of = desk.ask("POST", "/allocate", R"({"orderid":"o","sku":"SKU","qty":11})");
    BOOST_TEST(short_of.status == 400U);
    BOOST_TEST(short_of.body == R"({"message":"Out of stock for sku SKU"})");
}

BOOST_AUTO_TEST_CASE(when_no_eta_is_given_then_the_batch_is_in_the_warehouse) {
    HttpDesk<> desk;
    desk.ask("POST", "/add_batch", R"({"ref":"late","sku":"SKU","qty":10,"eta":"2011-01-02"})");
    desk.ask("POST", "/add_batch", R"({"ref":"here","sku":"SKU","qty":10})");
    desk.ask("POST", "/allocate", line);
    BOOST_TEST(desk.ask("GET", "/allocations/o").body == R"([{"sku":"SKU","batchref":"here"}])");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_lags_behind_http)

BOOST_AUTO_TEST_CASE(when_a_change_is_not_durable_then_its_answer_is_held) {
    HttpDesk<HandJournal> desk;
    desk.send(http_request("POST", "/add_batch", batch));
    desk.send(allocate());
    BOOST_TEST(desk.take().empty());
    desk.engine.journal.sync_to(1);
    BOOST_TEST(answers_in(desk.take()).front().status == 201U);
    desk.engine.journal.sync();
    BOOST_TEST(answers_in(desk.take()).front().status == 202U);
}

BOOST_AUTO_TEST_CASE(when_another_client_looks_at_it_then_that_answer_is_held_too) {
    HttpDesk<HandJournal> desk;
    desk.send(http_request("POST", "/add_batch", batch));
    for (const auto& [method, target] : std::initializer_list<std::pair<const char*, const char*>>{
             {"GET", "/allocations/o"},
             {"GET", "/v1/orders/o/allocations"},
             {"DELETE", "/v1/orders/o/allocations"},
             {"GET", "/v1/skus/SKU/stock"},
             {"GET", "/v1/skus/NOPE/stock"},
             {"HEAD", "/v1/skus/SKU/stock"},
             {"GET", "/v1/skus/SKU/available"},
             {"POST", "/v1/batches/nope/receive"}}) {
        allot::HttpSession reader{desk.hub, "test:2"};
        const std::string bytes = http_request(method, target);
        bytes.copy(reader.prepare().data(), bytes.size());
        reader.received(bytes.size());
        reader.execute();
        BOOST_TEST(!reader.output().empty(), target);
        BOOST_TEST(!reader.output().release(0), target);
        BOOST_TEST(reader.output().release(1), target);
    }
}

BOOST_AUTO_TEST_CASE(when_a_request_saw_no_stock_then_it_is_answered_at_once) {
    HttpDesk<HandJournal> desk;
    desk.send(http_request("POST", "/add_batch", batch));
    allot::HttpSession other{desk.hub, "test:2"};
    const std::string bytes = http_request("GET", "/livez") + http_request("GET", "/nowhere");
    bytes.copy(other.prepare().data(), bytes.size());
    other.received(bytes.size());
    other.execute();
    BOOST_TEST(other.output().release(0));
}

BOOST_AUTO_TEST_CASE(when_the_disk_fails_then_the_client_is_told_and_nothing_changed) {
    HttpDesk<HandJournal> desk;
    desk.engine.journal.sync_at_once();
    desk.ask("POST", "/add_batch", batch);
    desk.engine.journal.fail();
    const auto refused =
        desk.ask("POST", "/v1/orders/o/allocations", R"({"lines":[{"sku":"SKU","quantity":1}]})");
    BOOST_TEST(refused.status == 503U);
    BOOST_TEST(refused.json().at("error").at("code") == "READONLY");
    desk.hub.storage_failed = true;
    BOOST_TEST(desk.ask("GET", "/v1/skus/SKU/available").status == 503U);
    BOOST_TEST(desk.ask("GET", "/livez").status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_connection_over_http)

BOOST_AUTO_TEST_CASE(when_requests_come_in_any_pieces_then_each_is_answered_in_order) {
    const std::string bytes = http_request("POST", "/add_batch", batch) + "\r\n" + allocate() +
                              http_request("GET", "/allocations/o") +
                              http_request("GET", "/nowhere");
    HttpDesk<> whole;
    whole.send(bytes);
    const std::string expected = whole.take();
    BOOST_TEST(answers_in(expected).size() == 4U);
    BOOST_TEST((whole.last_turn == Conversation::Turn::starved));
    for (const std::size_t piece : {1, 2, 3, 7, 64}) {
        HttpDesk<> desk;
        desk.send(bytes, piece);
        BOOST_TEST(desk.take() == expected, "in pieces of " << piece);
    }
}

BOOST_AUTO_TEST_CASE(when_a_body_comes_in_chunks_then_it_is_one_body) {
    HttpDesk<> desk;
    const std::string chunked =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; "
        "charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
        "b;note=\"x\"\r\n{\"ref\":\"b\",\r\n20\r\n\"sku\":\"SKU\",\"qty\":10,\"eta\":null}\r\n"
        "0\r\nAuthorization: in a trailer\r\n\r\n";
    desk.send(chunked, 1);
    BOOST_TEST(answers_in(desk.take()).front().status == 201U);
    BOOST_TEST((desk.last_turn == Conversation::Turn::starved));
}

BOOST_AUTO_TEST_CASE(when_asked_for_the_head_then_the_length_is_told_and_the_body_left_out) {
    HttpDesk<> desk;
    desk.ask("POST", "/add_batch", batch);
    const auto body = desk.ask("GET", "/v1/skus/SKU/stock").body;
    const auto head = desk.ask("HEAD", "/v1/skus/SKU/stock");
    BOOST_TEST(head.says("Content-Length: " + std::to_string(body.size())));
    BOOST_TEST(head.body.empty());
}

BOOST_AUTO_TEST_CASE(when_it_is_not_to_be_kept_then_it_ends_after_the_answer) {
    for (const std::string_view request :
         {"GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
          "GET /livez HTTP/1.0\r\n\r\n"}) {
        HttpDesk<> desk;
        const auto answer = desk.ask_raw(request);
        BOOST_TEST(answer.says("Connection: close"));
        BOOST_TEST((desk.last_turn == Conversation::Turn::ended));
    }
    HttpDesk<> old;
    BOOST_TEST(old.ask_raw("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                   .says("Connection: keep-alive"));
    BOOST_TEST((old.last_turn == Conversation::Turn::starved));
}

BOOST_AUTO_TEST_CASE(when_the_client_waits_to_be_told_then_it_is_told_to_continue_once) {
    HttpDesk<> desk;
    const std::string request =
        http_request("POST", "/add_batch", batch, "Expect: 100-continue\r\n");
    const std::string_view header{request.data(), request.size() - batch.size()};
    desk.send(header);
    BOOST_TEST(desk.take() == "HTTP/1.1 100 Continue\r\n\r\n");
    desk.send(batch, 5);
    BOOST_TEST(answers_in(desk.take()).front().status == 201U);

    HttpDesk<> refused;
    const auto answer = refused.ask_raw(
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/html\r\n"
        "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(answer.status == 415U);
    BOOST_TEST((refused.last_turn == Conversation::Turn::ended));
}

BOOST_AUTO_TEST_CASE(when_a_request_is_incomplete_then_it_is_known_since_when) {
    HttpDesk<> desk;
    desk.hub.now = allot::Hub::Time{std::chrono::seconds{5}};
    desk.send("GET /livez HT");
    const auto began = desk.session.request_began();
    BOOST_TEST((began == desk.hub.now));
    desk.hub.now += std::chrono::seconds{20};
    desk.send("TP/1.1\r\nA: b\r\n");
    BOOST_TEST((desk.session.request_began() == began));
    desk.send("Host: h\r\n\r\n");
    BOOST_TEST((desk.session.request_began() == allot::Hub::Time::max()));
}

BOOST_AUTO_TEST_CASE(when_answers_are_not_taken_then_no_more_requests_are_executed) {
    SessionLimits limits;
    limits.output_pause_bytes = 2000;
    HttpDesk<> desk{limits};
    std::string many;
    for (int i = 0; i < 40; ++i) many += http_request("GET", "/livez");
    const auto room = desk.session.prepare();
    desk.session.received(many.copy(room.data(), room.size()));
    desk.execute();
    BOOST_TEST((desk.last_turn == Conversation::Turn::backed_up));
    BOOST_TEST(desk.session.output().bytes() < 2500U);
    std::string answers;
    for (int turns = 0; desk.last_turn == Conversation::Turn::backed_up && turns < 40; ++turns) {
        answers += desk.take();
        desk.execute();
    }
    BOOST_TEST(answers_in(answers + desk.take()).size() == 40U);
}

BOOST_AUTO_TEST_CASE(when_an_answer_would_be_too_large_then_an_error_takes_its_place) {
    SessionLimits limits;
    limits.reply_bytes_max = 2048;
    HttpDesk<> desk{limits};
    for (int i = 0; i < 30; ++i) {
        desk.ask("PUT", "/v1/batches/b" + std::to_string(i), R"({"sku":"SKU","quantity":1})");
    }
    const auto answer = desk.ask("GET", "/v1/skus/SKU/stock");
    BOOST_TEST(answer.status == 500U);
    BOOST_TEST(answer.body.size() < 200U);
}

BOOST_AUTO_TEST_CASE(when_it_ends_then_the_hub_knows_of_no_memory_of_its) {
    HttpDesk<> desk;
    {
        allot::HttpSession other{desk.hub, "test:2"};
        (void)other.prepare();
        BOOST_TEST(desk.hub.buffer_bytes >= allot::HttpSession::buffer_bytes_min);
        BOOST_TEST(desk.hub.http_clients == 2U);
    }
    BOOST_TEST(desk.hub.buffer_bytes == 0U);
    BOOST_TEST(desk.hub.http_clients == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_bytes_that_two_readers_could_read_differently)

BOOST_AUTO_TEST_CASE(when_the_length_of_a_body_is_in_doubt_then_the_connection_ends) {
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    const std::string body = "\r\n" + std::string{batch};
    const std::string length = "Content-Length: " + std::to_string(batch.size()) + "\r\n";
    for (const std::string& fields :
         {length + "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n" + length,
          length + length, length + "Content-Length: 3\r\n",
          "Content-Length: " + std::to_string(batch.size()) + ", " + std::to_string(batch.size()) +
              "\r\n",
          std::string{"Content-Length: -1\r\n"}, std::string{"Content-Length: +43\r\n"},
          std::string{"Content-Length: 0x2b\r\n"}, std::string{"Content-Length:\r\n"},
          std::string{"Content-Length: 99999999999999999999\r\n"},
          std::string{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
          std::string{"Content-Length : 43\r\n"}}) {
        BOOST_TEST(last_answer_to(post + fields + body).status == 400U, fields);
    }
    for (const std::string_view coding : {"gzip", "gzip, chunked", "chunked, gzip", "chunkedd"}) {
        const std::string fields = "Transfer-Encoding: " + std::string{coding} + "\r\n";
        BOOST_TEST(last_answer_to(post + fields + body).status == 501U, coding);
    }
    BOOST_TEST(
        last_answer_to("POST /add_batch HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status ==
        400U);
}

BOOST_AUTO_TEST_CASE(when_a_request_cannot_be_read_then_field_value_and_rule_are_named) {
    const std::string get = "GET /livez HTTP/1.1\r\n";
    const std::string host = get + "Host: h\r\n";
    for (const auto& [bytes, text, field] : {
             std::tuple{get, "it is missing", "Host"},
             {host + "Host: h\r\n", "it comes twice", "Host"},
             {host + "Origin: a\r\nOrigin: a\r\n", "it comes twice", "Origin"},
             {host + "Authorization: a\r\nAuthorization: a\r\n", "it comes twice", "Authorization"},
             {host + "Content-Length: 1\xFF\r\n", "the body's length is told once, as one number",
              "Content-Length"},
             {host + "Content-Length: 1\r\nContent-Length: 1\r\n",
              "'1': the body's length is told once, as one number", "Content-Length"},
             {host + "Transfer-Encoding: gzip\r\n", "'gzip': the only transfer coding is chunked",
              "Transfer-Encoding"},
             {host + "Content-Encoding: br\r\n", "'br': a body with a content coding is not read",
              "Content-Encoding"},
             {host + "Expect: more\r\n", "'more': the only expectation is 100-continue", "Expect"},
             {"GET /a#b HTTP/1.1\r\n" + host,
              "'/a#b' is no target: it is printable ASCII without #", "target"},
             {"POST /allocate HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n",
              "it has more than 1048576 bytes", "body"},
         }) {
        const auto error = last_answer_to(bytes + "\r\n").json().at("error").as_object();
        BOOST_TEST(error.at("message").as_string() == text, bytes);
        BOOST_TEST(error.at("field").as_string() == field, bytes);
    }
    std::string many = host;
    for (int i = 0; i < 64; ++i) many += "A: b\r\n";
    BOOST_TEST(last_answer_to(many + "\r\n").body.find("more than 64 fields") != std::string::npos);
    BOOST_TEST(last_answer_to(host + "A: " + std::string(9000, 'a'))
                   .body.find("the header has more than 8192 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_a_line_ends_without_cr_then_the_connection_ends) {
    for (const std::string_view bytes :
         {"GET /livez HTTP/1.1\r\nHost: h\nA: b\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nA:\r\n\tc\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\rA: b\r\n\r\n"}) {
        BOOST_TEST(last_answer_to(bytes).status == 400U, bytes);
    }
    BOOST_TEST(last_answer_to("GET /livez HTTP/1.1\nHost: h\n\n").status == 505U);
}

BOOST_AUTO_TEST_CASE(when_chunks_are_not_chunks_then_the_connection_ends) {
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string_view chunks : {"x\r\n", "-1\r\n{}\r\n", "2\r\n{}0\r\n\r\n",
                                          "2\n{}\r\n0\r\n\r\n", "11111111111111111\r\n"}) {
        BOOST_TEST(last_answer_to(post + std::string{chunks}).status == 400U, chunks);
    }
}

BOOST_AUTO_TEST_CASE(when_it_is_no_request_then_the_connection_ends) {
    for (const std::string_view bytes :
         {"PING\r\n\r\n", "*1\r\n$4\r\nPING\r\n", "GET  /livez HTTP/1.1\r\nHost: h\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\n", "GET /li\x80vez HTTP/1.1\r\nHost: h\r\n\r\n",
          "GET /livez HTTP/1.1\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nno field\r\n\r\n",
          "GET /livez#x HTTP/1.1\r\nHost: h\r\n\r\n"}) {
        BOOST_TEST(last_answer_to(bytes).status == 400U, bytes);
    }
    BOOST_TEST(last_answer_to("GET /livez HTTP/2.0\r\nHost: h\r\n\r\n").status == 505U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_too_much_over_http)

BOOST_AUTO_TEST_CASE(when_the_header_is_too_large_then_it_is_refused_however_it_comes) {
    const std::string filler(allot::http_header_bytes_max, 'a');
    for (const std::string& bytes :
         {"GET /" + filler + " HTTP/1.1\r\nHost: h\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nA: " + filler + "\r\n\r\n", filler + filler}) {
        for (const std::size_t piece : {std::size_t{100}, bytes.size()}) {
            HttpDesk<> desk;
            desk.send(bytes, piece);
            const auto answers = answers_in(desk.take());
            BOOST_REQUIRE(answers.size() == 1U);
            BOOST_TEST((answers.front().status == 431U || answers.front().status == 400U));
            BOOST_TEST((desk.last_turn == Conversation::Turn::ended));
            BOOST_TEST(desk.session.buffer_bytes() < 10 * allot::http_header_bytes_max);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_fields_then_they_are_refused) {
    const auto with = [](std::size_t fields) {
        std::string bytes = "GET /livez HTTP/1.1\r\nHost: h\r\n";
        for (std::size_t i = 1; i < fields; ++i) bytes += "a:\r\n";
        return bytes + "\r\n";
    };
    HttpDesk<> desk;
    BOOST_TEST(desk.ask_raw(with(allot::http_fields_max)).status == 200U);
    BOOST_TEST(last_answer_to(with(allot::http_fields_max + 1)).status == 431U);
}

BOOST_AUTO_TEST_CASE(when_what_a_chunk_says_of_itself_has_no_end_then_it_is_refused) {
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    const std::string filler(2 * allot::http_header_bytes_max, 'a');
    for (const std::string_view start : {"2;", "0\r\nA: "}) {
        HttpDesk<> desk;
        desk.send(post + std::string{start} + filler, 1000);
        const auto answers = answers_in(desk.take());
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers.front().status == 431U);
        BOOST_TEST(desk.hub.counters.of(Drop::request_limit) == 1U);
    }
}

BOOST_AUTO_TEST_CASE(when_the_body_is_too_large_then_it_is_refused_before_it_came) {
    SessionLimits limits;
    limits.request.request_bytes_max = 100;
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    for (const std::string_view rest :
         {"Content-Length: 101\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n"}) {
        HttpDesk<> desk{limits};
        BOOST_TEST(desk.ask_raw(post + std::string{rest}).status == 413U);
        BOOST_TEST((desk.last_turn == Conversation::Turn::ended));
    }
    HttpDesk<> desk{limits};
    desk.send(post + "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10; ++i) desk.send("a\r\n          \r\n");
    BOOST_TEST(desk.take().empty());
    desk.send("1\r\n");
    BOOST_TEST(answers_in(desk.take()).front().status == 413U);
}

BOOST_AUTO_TEST_CASE(when_a_length_is_only_told_then_nothing_is_reserved_for_it) {
    HttpDesk<> desk;
    desk.send(
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000000\r\n\r\n{");
    BOOST_TEST(desk.session.buffer_bytes() < 16 * 1024U);
}

BOOST_AUTO_TEST_SUITE_END()

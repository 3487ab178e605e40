// Requests over HTTP that are invalid or exceed a limit: each is refused and ends its connection.

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <tuple>

#include "net/limits.hpp"
#include "tests/net/http/http_fixture.hpp"

namespace {

using allot::DisconnectReason;
using allot::Session;
using allot::SessionLimits;
using allot::test::answers_in;
using allot::test::book_batch;
using allot::test::HttpAnswer;
using allot::test::HttpFixture;

/// The only answer to an invalid request, after which the connection ends.
HttpAnswer last_answer_to(std::string_view bytes) {
    HttpFixture<> fixture;
    fixture.send(bytes);
    const auto answers = answers_in(fixture.take());
    BOOST_REQUIRE_MESSAGE(answers.size() == 1, bytes);
    BOOST_TEST((fixture.last_result == Session::ExecuteResult::ended), bytes);
    BOOST_TEST(answers.front().says("Connection: close"), bytes);
    BOOST_TEST(fixture.engine.journal.last() == 0U, bytes);
    return answers.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_requests_with_an_ambiguous_end)

BOOST_AUTO_TEST_CASE(when_the_length_of_a_body_is_in_doubt_then_the_connection_ends) {
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    const std::string body = "\r\n" + std::string{book_batch};
    const std::string length = "Content-Length: " + std::to_string(book_batch.size()) + "\r\n";
    for (const std::string& fields :
         {length + "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n" + length,
          length + length, length + "Content-Length: 3\r\n",
          "Content-Length: " + std::to_string(book_batch.size()) + ", " +
              std::to_string(book_batch.size()) + "\r\n",
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
             std::tuple{get, "missing Host", "Host"},
             {host + "Host: h\r\n", "repeated header field", "Host"},
             {host + "Origin: a\r\nOrigin: a\r\n", "repeated header field", "Origin"},
             {host + "Authorization: a\r\nAuthorization: a\r\n", "repeated header field",
              "Authorization"},
             {host + "Content-Length: 1\xFF\r\n",
              "invalid Content-Length: expected one number, given once", "Content-Length"},
             {host + "Content-Length: 1\r\nContent-Length: 1\r\n",
              "invalid Content-Length '1': expected one number, given once", "Content-Length"},
             {host + "Transfer-Encoding: gzip\r\n",
              "unsupported transfer coding 'gzip': expected chunked", "Transfer-Encoding"},
             {host + "Content-Encoding: br\r\n",
              "unsupported content coding 'br': expected identity", "Content-Encoding"},
             {host + "Expect: more\r\n", "unsupported expectation 'more': expected 100-continue",
              "Expect"},
             {"GET /a#b HTTP/1.1\r\n" + host,
              "invalid target '/a#b': expected printable ASCII without #", "target"},
             {"POST /allocate HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n",
              "the body has more than 1048576 bytes", "body"},
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

BOOST_AUTO_TEST_CASE(when_the_input_is_no_request_then_the_connection_ends) {
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

BOOST_AUTO_TEST_SUITE(given_requests_beyond_the_limits_over_http)

BOOST_AUTO_TEST_CASE(when_the_header_is_too_large_then_it_is_refused_however_it_comes) {
    const std::string filler(allot::http_header_bytes_max, 'a');
    for (const std::string& bytes :
         {"GET /" + filler + " HTTP/1.1\r\nHost: h\r\n\r\n",
          "GET /livez HTTP/1.1\r\nHost: h\r\nA: " + filler + "\r\n\r\n", filler + filler}) {
        for (const std::size_t piece : {std::size_t{100}, bytes.size()}) {
            HttpFixture<> fixture;
            fixture.send(bytes, piece);
            const auto answers = answers_in(fixture.take());
            BOOST_REQUIRE(answers.size() == 1U);
            BOOST_TEST((answers.front().status == 431U || answers.front().status == 400U));
            BOOST_TEST((fixture.last_result == Session::ExecuteResult::ended));
            BOOST_TEST(fixture.session.buffer_bytes() < 10 * allot::http_header_bytes_max);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_fields_then_they_are_refused) {
    const auto with = [](std::size_t fields) {
        std::string bytes = "GET /livez HTTP/1.1\r\nHost: h\r\n";
        for (std::size_t i = 1; i < fields; ++i) bytes += "a:\r\n";
        return bytes + "\r\n";
    };
    HttpFixture<> fixture;
    BOOST_TEST(fixture.ask_raw(with(allot::http_fields_max)).status == 200U);
    BOOST_TEST(last_answer_to(with(allot::http_fields_max + 1)).status == 431U);
}

BOOST_AUTO_TEST_CASE(when_the_header_of_a_chunk_has_no_end_then_it_is_refused) {
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    const std::string filler(2 * allot::http_header_bytes_max, 'a');
    for (const std::string_view start : {"2;", "0\r\nA: "}) {
        HttpFixture<> fixture;
        fixture.send(post + std::string{start} + filler, 1000);
        const auto answers = answers_in(fixture.take());
        BOOST_REQUIRE(answers.size() == 1U);
        BOOST_TEST(answers.front().status == 431U);
        BOOST_TEST(fixture.context.counters.of(DisconnectReason::request_limit) == 1U);
    }
}

BOOST_AUTO_TEST_CASE(when_the_body_is_too_large_then_it_is_refused_before_it_came) {
    SessionLimits limits;
    limits.request.request_bytes_max = 100;
    const std::string post =
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    for (const std::string_view rest :
         {"Content-Length: 101\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n"}) {
        HttpFixture<> fixture{limits};
        BOOST_TEST(fixture.ask_raw(post + std::string{rest}).status == 413U);
        BOOST_TEST((fixture.last_result == Session::ExecuteResult::ended));
    }
    HttpFixture<> fixture{limits};
    fixture.send(post + "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10; ++i) fixture.send("a\r\n          \r\n");
    BOOST_TEST(fixture.take().empty());
    fixture.send("1\r\n");
    BOOST_TEST(answers_in(fixture.take()).front().status == 413U);
}

BOOST_AUTO_TEST_CASE(when_a_length_is_only_announced_then_nothing_is_reserved_for_it) {
    HttpFixture<> fixture;
    fixture.send(
        "POST /add_batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000000\r\n\r\n{");
    BOOST_TEST(fixture.session.buffer_bytes() < 16 * 1024U);
}

BOOST_AUTO_TEST_SUITE_END()

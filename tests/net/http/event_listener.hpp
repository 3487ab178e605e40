#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "tests/net/http/http_fixture.hpp"

namespace allot::test {

/// The first two facts, as events of a stream.
inline constexpr std::string_view added_event =
    "id: 00000000000000a1:1\nevent: batch_added\n"
    "data: "
    "{\"batch\":\"b\",\"sku\":\"SKU\",\"quantity\":10,\"eta\":null,\"lsn\":1,"
    "\"time\":1600000000000000}\n\n";
inline constexpr std::string_view allocated_event =
    "id: 00000000000000a1:2\nevent: line_allocated\n"
    "data: "
    "{\"order\":\"o\",\"sku\":\"SKU\",\"quantity\":3,\"batch\":\"b\",\"lsn\":2,"
    "\"time\":1600000000000000}\n\n";

/// The line with the id of an event.
inline std::string id_of(int lsn) { return "id: 00000000000000a1:" + std::to_string(lsn) + "\n"; }

/// An event with the position of a stream.
inline std::string position_at(int last) { return id_of(last) + "event: position\ndata:\n\n"; }

/// The beginning of a stream after the fact `last`.
inline std::string begin_at(int last) { return "retry: 1000\n" + position_at(last); }

/// A client with a stream, beside a fixture whose client changes stock.
struct EventListener {
    using ExecuteResult = Session::ExecuteResult;

    explicit EventListener(RespFixture<HandJournal>& at) : fixture{at} {}
    ExecuteResult ask(std::string_view target, std::string_view more = {},
                      std::string_view method = "GET") {
        return send(http_request(method, target, {}, more));
    }
    ExecuteResult send(std::string_view bytes) {
        const auto buffer = session.prepare();
        BOOST_REQUIRE(buffer.size() >= bytes.size());
        session.received(bytes.copy(buffer.data(), bytes.size()));
        return execute();
    }
    /// Executes until the session has nothing to do.
    ExecuteResult execute() { return execute_all(session, fixture.context); }
    std::string take() { return released(session.output(), fixture.engine.journal); }
    /// The part of the answer that has arrived.
    HttpAnswer answer() {
        auto answers = answers_in(take());
        BOOST_REQUIRE(answers.size() == 1U);
        return answers.front();
    }
    /// The part of the stream since the last call.
    std::string more() {
        const std::string bytes = take();
        std::string_view rest = bytes;
        std::string text = take_chunks(rest);
        BOOST_TEST(rest.empty());
        return text;
    }
    RespFixture<HandJournal>& fixture;
    HttpSession session{fixture.context, "test:listener"};
};

/// A stream, and two facts that are not durable yet.
struct TwoEvents {
    using ExecuteResult = Session::ExecuteResult;

    explicit TwoEvents(SessionLimits limits = {}) : fixture{limits} {
        fixture.send("ADDBATCH b SKU 10\r\nALLOCATE o SKU 3\r\n");
    }
    void allocate(int order) {
        fixture.send("ALLOCATE o" + std::to_string(order) + " SKU 1\r\n");
        fixture.engine.journal.sync();
        (void)fixture.take();
    }
    RespFixture<HandJournal> fixture;
    EventListener listener{fixture};
};

inline std::string text_of(std::string_view first, std::string_view second,
                           std::string_view third = {}) {
    return std::string{first}.append(second).append(third);
}

/// Requires an error instead of a stream.
inline void expect_no_stream(const HttpAnswer& answer, unsigned status, std::string_view part) {
    BOOST_TEST(answer.status == status, answer.body);
    BOOST_TEST(answer.says("Content-Type: application/json"));
    BOOST_TEST(contains(answer.body, part), answer.body);
}

}  // namespace allot::test

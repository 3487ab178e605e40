// Subscribers of a server that connect, disconnect and do not read.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/net/transport/listening.hpp"
#include "tests/net/transport/test_server.hpp"

namespace {

using allot::DisconnectReason;
using allot::test::eventually;
using allot::test::framed;
using allot::test::message;
using allot::test::TestClient;
using allot::test::TestServer;

const std::string confirmed_a = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_server_with_subscribers)

BOOST_AUTO_TEST_CASE(when_there_are_many_subscribers_then_each_gets_each_fact_once_and_in_order) {
    TestServer server;
    server.engine.journal.sync_at_once();
    std::vector<std::unique_ptr<TestClient>> listeners;
    const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$11\r\nbatch_added\r\n:1\r\n";
    for (int i = 0; i < 10; ++i) {
        auto& one = *listeners.emplace_back(std::make_unique<TestClient>(server));
        BOOST_TEST(one.ask("SUBSCRIBE batch_added", confirmed) == confirmed);
    }
    TestClient worker{server};
    constexpr int facts = 1000;
    std::string commands;
    std::string replies;
    std::string expected;
    for (int i = 0; i < facts; ++i) {
        const std::string ref = "b" + std::to_string(i);
        commands += "ADDBATCH " + ref + " SKU 1\r\n";
        replies += "+OK\r\n";
        expected +=
            message("batch_added",
                    R"({"batch":")" + ref + R"(","sku":"SKU","quantity":1,"eta":null})", i + 1);
    }
    worker.send(commands);
    BOOST_TEST((worker.receive(replies) == replies));
    for (const auto& listener : listeners) BOOST_TEST((listener->receive(expected) == expected));
}

BOOST_AUTO_TEST_CASE(when_a_subscriber_disconnects_then_the_others_still_get_messages) {
    TestServer server;
    server.engine.journal.sync_at_once();
    TestClient stays{server};
    BOOST_TEST(stays.ask("SUBSCRIBE a", confirmed_a) == confirmed_a);
    {
        TestClient goes{server};
        BOOST_TEST(goes.ask("SUBSCRIBE a", confirmed_a) == confirmed_a);
    }
    BOOST_TEST(eventually([&] { return server.clients() == 1U; }));
    TestClient worker{server};
    BOOST_TEST(worker.ask("PUBLISH a hi", ":1\r\n") == ":1\r\n");
    BOOST_TEST(stays.receive(message("a", "hi")) == message("a", "hi"));
}

/// 40 subscribers of one channel, whose messages together exceed the memory of all clients.
struct FannedOut {
    TestServer server{{.clients_memory_max = 1024U * 1024}};
    std::vector<std::unique_ptr<TestClient>> listeners;
    TestClient worker{server};
    std::string text = std::string(60'000, 'x');
    std::string request = framed({"PUBLISH", "a", text});

    FannedOut() {
        server.engine.journal.sync_at_once();
        for (int i = 0; i < 40; ++i) {
            auto& one = *listeners.emplace_back(std::make_unique<TestClient>(server));
            BOOST_TEST(one.ask("SUBSCRIBE a", confirmed_a) == confirmed_a);
        }
    }
    std::size_t held() {
        return server.on_server([](allot::Server& each) { return each.buffer_bytes(); });
    }
};

BOOST_AUTO_TEST_CASE(when_one_message_to_many_exceeds_the_memory_of_all_then_each_gets_it) {
    FannedOut crowd;
    for (int i = 0; i < 3; ++i) {
        crowd.worker.send(crowd.request);
        BOOST_TEST(crowd.worker.receive(std::size_t{5}) == ":40\r\n");
        const std::string received = message("a", crowd.text);
        for (const auto& listener : crowd.listeners) {
            BOOST_TEST((listener->receive(received) == received));
        }
    }
    BOOST_TEST(crowd.server.counters().of(DisconnectReason::clients_memory) == 0U);
    BOOST_TEST(crowd.held() <= 1024U * 1024);
}

BOOST_AUTO_TEST_CASE(
    when_sockets_of_many_take_no_more_then_some_are_dropped_and_the_sender_is_not) {
    FannedOut crowd;
    std::string received;
    for (int i = 0; i < 400 && crowd.server.counters().of(DisconnectReason::clients_memory) == 0;
         ++i) {
        crowd.worker.send(crowd.request);
        received = crowd.worker.receive(std::size_t{5});
        BOOST_TEST_REQUIRE(received == ":40\r\n");
        BOOST_TEST(crowd.held() <= 1024U * 1024);
    }
    const auto dropped = crowd.server.counters().of(DisconnectReason::clients_memory);
    BOOST_TEST(dropped > 0U);
    BOOST_TEST(dropped < 40U);
    BOOST_TEST(crowd.worker.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_subscribers_do_not_read_then_they_are_closed_and_no_client_waits) {
    TestServer server;
    server.engine.journal.sync_at_once();
    TestClient slow{server};
    BOOST_TEST(slow.ask("SUBSCRIBE a", confirmed_a) == confirmed_a);
    TestClient worker{server};
    const std::string request = framed({"PUBLISH", "a", std::string(60'000, 'x')});
    for (int i = 0; i < 1'000; ++i) {
        worker.send(request);
        const std::string received = worker.receive(std::size_t{4});
        if (received == ":0\r\n") break;
        BOOST_TEST_REQUIRE(received == ":1\r\n");
    }
    BOOST_TEST(worker.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(server.counters().of(DisconnectReason::output_limit) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

// A server whose disk is slow or fails: replies wait for it, and none is lost.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/net/transport/test_server.hpp"

namespace {

using allot::DisconnectReason;
using allot::ServerOptions;
using allot::test::eventually;
using allot::test::repeated;
using allot::test::TestClient;
using allot::test::TestServer;

/// Clients whose requests a reactor finds ready at the same time.
struct Crowd {
    Crowd(TestServer& of, std::size_t size) : server{of} {
        while (clients.size() < size) clients.push_back(std::make_unique<TestClient>(server));
        BOOST_REQUIRE(eventually([&] { return server.clients() == size; }));
    }
    void send_at_once(std::string_view bytes) {
        // This blocks the server's thread.
        server.on_server([&](auto&) {
            for (const auto& client : clients) client->send(bytes);
            return true;
        });
    }
    TestServer& server;
    std::vector<std::unique_ptr<TestClient>> clients;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_server_whose_disk_lags)

BOOST_AUTO_TEST_CASE(when_the_disk_catches_up_then_held_replies_go_out_in_order) {
    TestServer server;
    TestClient writer{server};
    TestClient reader{server};
    writer.send("ADDBATCH b SKU 10\r\nALLOCATE o SKU 1\r\nPING\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 3; }));
    reader.send("AVAILABLE SKU\r\n");
    BOOST_TEST(writer.silent());
    BOOST_TEST(reader.silent());
    server.engine.journal.sync();
    BOOST_TEST(writer.receive("+OK\r\n+b\r\n+PONG\r\n") == "+OK\r\n+b\r\n+PONG\r\n");
    BOOST_TEST(reader.receive(":9\r\n") == ":9\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_several_clients_have_sent_commands_then_its_journal_gets_all_units_at_once) {
    TestServer server;
    Crowd crowd{server, 5};
    crowd.send_at_once("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 5; }));
    server.engine.journal.sync();
    for (const auto& client : crowd.clients) BOOST_TEST(client->receive("+OK\r\n") == "+OK\r\n");
    BOOST_TEST(server.engine.journal.flushes == 1);
}

BOOST_AUTO_TEST_CASE(when_clients_have_sent_many_commands_then_the_journal_gets_units_in_between) {
    TestServer server{ServerOptions{.session = {.commands_per_slice = 10}}};
    Crowd crowd{server, 5};
    crowd.send_at_once(repeated("ADDBATCH b SKU 10\r\n", 8));
    BOOST_TEST(eventually([&] { return server.counters().commands == 40; }));
    server.engine.journal.sync();
    const std::string replies = repeated("+OK\r\n", 8);
    for (const auto& client : crowd.clients) BOOST_TEST(client->receive(replies) == replies);
    BOOST_TEST(server.engine.journal.flushes == 3);  // after the second, the fourth and the last
}

BOOST_AUTO_TEST_CASE(
    when_the_disk_fails_then_held_replies_are_never_sent_and_later_commands_get_errors) {
    TestServer server;
    TestClient writer{server};
    TestClient other{server};
    BOOST_TEST(other.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    writer.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(writer.silent());
    server.engine.journal.fail();
    BOOST_TEST(writer.until_closed().empty());
    constexpr std::string_view refused = "-READONLY the storage has failed; restart the server\r\n";
    BOOST_TEST(other.ask("AVAILABLE SKU", refused) == refused);
    BOOST_TEST(other.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(server.counters().of(DisconnectReason::storage_failed) == 1U);
}

BOOST_AUTO_TEST_CASE(
    when_the_disk_catches_up_while_a_reply_begins_to_wait_then_the_reply_is_not_forgotten) {
    for (int look = 1; look <= 3; ++look) {
        TestServer server;
        TestClient client{server};
        server.engine.journal.reads_until_sync = look;
        client.send("ADDBATCH b SKU 10\r\n");
        if (look == 3) {  // when the server already waits
            BOOST_TEST(eventually([&] { return server.counters().commands == 1; }));
            server.engine.journal.sync();
        }
        BOOST_TEST(client.receive("+OK\r\n") == "+OK\r\n", "after look " << look);
    }
}

BOOST_AUTO_TEST_CASE(when_a_thread_syncs_all_the_time_then_no_reply_is_forgotten) {
    TestServer server;
    std::atomic<bool> stop = false;
    std::thread disk{[&] {
        while (!stop) {
            if (server.engine.journal.durable() != server.engine.journal.last()) {
                server.engine.journal.sync();
            }
        }
    }};
    TestClient client{server};
    BOOST_TEST(client.ask("ADDBATCH b SKU 1000000", "+OK\r\n") == "+OK\r\n");
    for (int i = 0; i < 2000; ++i) {
        const std::string line = "ALLOCATE o-" + std::to_string(i) + " SKU 1";
        BOOST_REQUIRE(client.ask(line, "+b\r\n") == "+b\r\n");
    }
    stop = true;
    disk.join();
}

BOOST_AUTO_TEST_SUITE_END()

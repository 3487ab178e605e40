// The end of a server: what was executed is answered before it closes, within its deadline.

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "tests/net/transport/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::test::eventually;
using allot::test::repeated;
using allot::test::TestClient;
using allot::test::TestServer;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_server_that_drains)

BOOST_AUTO_TEST_CASE(when_replies_are_held_then_they_are_sent_before_it_closes) {
    TestServer server;
    TestClient writer{server};
    TestClient idle{server};
    idle.ask("PING", "+PONG\r\n");
    writer.send("ADDBATCH b SKU 10\r\nALLOCATE o SKU 1\r\nALLOC");
    BOOST_TEST(eventually([&] { return server.counters().commands == 3; }));
    auto drained = server.drain(5s);
    BOOST_TEST(idle.until_closed().empty());
    BOOST_TEST((drained.wait_for(100ms) == std::future_status::timeout));
    server.engine.journal.sync();
    BOOST_TEST(writer.until_closed() == "+OK\r\n+b\r\n");
    writer.close();
    idle.close();
    BOOST_TEST(drained.get());
    BOOST_CHECK_THROW(TestClient{server}, boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(when_commands_were_read_and_not_executed_yet_then_they_are_and_answered) {
    TestServer server{{.session = {.output_pause_bytes = 64}}};
    TestClient writer{server};
    constexpr int asked = 50;
    writer.send("ADDBATCH b SKU 10\r\n" + repeated("ECHO 0123456789\r\n", asked));
    BOOST_TEST(eventually([&] { return server.counters().commands > 1; }));
    BOOST_TEST(server.counters().commands < 1 + asked);  // its output is full
    auto drained = server.drain(5s);
    server.engine.journal.sync();
    BOOST_TEST(writer.until_closed() == "+OK\r\n" + repeated("$10\r\n0123456789\r\n", asked));
    writer.close();
    BOOST_TEST(drained.get());
}

BOOST_AUTO_TEST_CASE(when_the_disk_does_not_catch_up_then_the_deadline_ends_it) {
    TestServer server;
    TestClient writer{server};
    writer.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 1; }));
    auto drained = server.drain(200ms);
    BOOST_TEST(!drained.get());
    BOOST_TEST(writer.until_closed().empty());
}

BOOST_AUTO_TEST_CASE(when_the_storage_fails_meanwhile_then_the_end_is_not_clean) {
    TestServer server;
    TestClient writer{server};
    writer.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 1; }));
    auto drained = server.drain(5s);
    server.engine.journal.fail();
    BOOST_TEST(!drained.get());
    BOOST_TEST(writer.until_closed().empty());
}

BOOST_AUTO_TEST_CASE(
    when_the_signal_comes_amid_a_load_then_every_command_that_was_executed_is_answered) {
    TestServer server;
    server.engine.journal.sync_at_once();
    TestClient loader{server};
    loader.ask("ADDBATCH b SKU 1000000000", "+OK\r\n");
    std::thread sender{[&] {
        for (int i = 0; i < 200; ++i) loader.send(repeated("ECHO x\r\n", 500));
    }};
    BOOST_TEST(eventually([&] { return server.counters().commands > 1000; }));
    auto drained = server.drain(5s);
    const std::string replies = loader.until_closed();
    sender.join();
    BOOST_TEST(drained.get());
    const auto commands = server.counters().commands - 1;
    BOOST_TEST(replies.size() == commands * std::string_view{"$1\r\nx\r\n"}.size());
}

BOOST_AUTO_TEST_CASE(
    when_a_client_waits_for_the_reply_to_a_wrong_password_then_draining_does_not_wait) {
    TestServer server{{.session = {.wrong_password_delay = 60s},
                       .password = allot::Password{"secret"},
                       .handshake_max = 0ms}};
    TestClient guesser{server};
    guesser.send("AUTH guess\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 1; }));
    auto drained = server.drain(9s);
    BOOST_TEST(guesser.until_closed().empty());
    guesser.close();
    BOOST_TEST(drained.get());
}

BOOST_AUTO_TEST_CASE(when_there_are_no_clients_then_it_ends_at_once) {
    TestServer server;
    BOOST_TEST(server.drain(5s).get());
}

BOOST_AUTO_TEST_SUITE_END()

// Clients that misbehave: each is limited or closed, and the others are served.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/net/transport/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::DisconnectReason;
using allot::test::eventually;
using allot::test::framed;
using allot::test::repeated;
using allot::test::stops_reading;
using allot::test::TestClient;
using allot::test::TestServer;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_clients_that_misbehave)

BOOST_AUTO_TEST_CASE(when_a_client_never_reads_then_reading_stops_and_it_is_dropped) {
    TestServer server{{.output_stalled_max = 500ms}};
    server.engine.journal.sync_at_once();
    TestClient greedy{server};
    const std::string requests = repeated(framed({"ECHO", std::string(60'000, 'x')}), 1000);
    std::string_view rest = requests;
    const bool dropped = eventually([&] {
        rest.remove_prefix(greedy.send_some(rest));
        return server.counters().of(DisconnectReason::output_stalled) == 1;
    });
    BOOST_TEST(dropped);
    BOOST_TEST(!rest.empty());
    const auto counters = server.counters();
    // The unsent output is bounded by the limit at which reading pauses, and one reply.
    BOOST_TEST(counters.bytes_in - counters.bytes_out < 512U * 1024);
    BOOST_TEST(server.clients() == 0U);
}

BOOST_AUTO_TEST_CASE(when_a_client_reads_slowly_then_it_gets_everything) {
    TestServer server{{.output_stalled_max = 2000ms}};
    server.engine.journal.sync_at_once();
    TestClient slow{server};
    const std::string body(50'000, 'x');
    const std::string reply = "$50000\r\n" + body + "\r\n";
    constexpr std::size_t requests = 1000;
    std::thread sender{[&] { slow.send(repeated(framed({"ECHO", body}), requests)); }};
    // At first it does not read at all, until the server has stopped to read, too.
    BOOST_TEST(stops_reading(server));
    BOOST_TEST(server.counters().bytes_in < requests * body.size());
    std::size_t received = 0;
    while (received < reply.size() * requests) {
        const std::size_t n =
            slow.receive(std::min<std::size_t>(500'000, reply.size() * requests - received)).size();
        if (n == 0) break;
        received += n;
        std::this_thread::sleep_for(1ms);
    }
    sender.join();
    BOOST_TEST(received == reply.size() * requests);
}

BOOST_AUTO_TEST_CASE(when_a_client_does_not_end_its_request_then_it_is_dropped) {
    TestServer server{{.request_stalled_max = 300ms}};
    TestClient slow{server};
    TestClient idle{server};
    slow.send("*2\r\n$4\r\nECHO\r\n");
    BOOST_TEST(slow.until_closed().empty());
    BOOST_TEST(server.counters().of(DisconnectReason::request_stalled) == 1U);
    BOOST_TEST(idle.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_does_not_give_the_password_in_time_then_it_is_dropped) {
    TestServer server{{.password = allot::Password{"secret"}, .handshake_max = 500ms}};
    TestClient silent{server};
    TestClient chatty{server};
    TestClient known{server};
    BOOST_TEST(known.ask("AUTH secret", "+OK\r\n") == "+OK\r\n");
    chatty.send("PING\r\nRESET\r\n");
    BOOST_TEST(silent.until_closed().empty());
    BOOST_TEST(chatty.until_closed() == "-NOAUTH Authentication required.\r\n+RESET\r\n");
    BOOST_TEST(server.counters().of(DisconnectReason::handshake_stalled) == 2U);
    BOOST_TEST(known.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_guesses_passwords_then_only_that_client_is_slowed_and_closed) {
    TestServer server{{.session = {.wrong_password_delay = 100ms, .wrong_passwords_max = 3},
                       .password = allot::Password{"secret"}}};
    TestClient guesser{server};
    guesser.send("AUTH a\r\nAUTH b\r\nAUTH c\r\nAUTH secret\r\n");
    TestClient known{server};
    BOOST_TEST(known.ask("AUTH secret", "+OK\r\n") == "+OK\r\n");
    BOOST_TEST(guesser.until_closed() ==
               repeated("-WRONGPASS invalid username-password pair or user is disabled.\r\n", 3));
    BOOST_TEST(server.counters().of(DisconnectReason::wrong_passwords) == 1U);
    BOOST_TEST(known.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_is_idle_for_longer_than_it_may_then_it_is_dropped) {
    TestServer server{{.idle_max = 300ms}};
    TestClient idle{server};
    BOOST_TEST(idle.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(idle.until_closed().empty());
    BOOST_TEST(server.counters().of(DisconnectReason::idle) == 1U);
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_clients_then_the_next_is_refused_until_one_leaves) {
    TestServer server{{.clients_max = 2}};
    TestClient first{server};
    {
        TestClient second{server};
        first.ask("PING", "+PONG\r\n");
        second.ask("PING", "+PONG\r\n");
        TestClient third{server};
        BOOST_TEST(third.until_closed() == "-ERR max number of clients reached\r\n");
    }
    BOOST_TEST(eventually([&] { return server.clients() == 1; }));
    TestClient again{server};
    BOOST_TEST(again.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(server.counters().of(DisconnectReason::clients_max) == 1U);
}

BOOST_AUTO_TEST_CASE(when_all_clients_together_hold_too_much_then_the_largest_holder_is_closed) {
    TestServer server{{.clients_memory_max = 512U * 1024}};
    server.engine.journal.sync_at_once();
    TestClient polite{server};
    BOOST_TEST(polite.ask("ADDBATCH b SKU 1000", "+OK\r\n") == "+OK\r\n");
    std::vector<std::unique_ptr<TestClient>> greedy;
    const std::string half =
        "*20\r\n" + repeated("$60000\r\n" + std::string(60'000, 'x') + "\r\n", 4);
    for (int i = 0; i < 10; ++i) {
        greedy.push_back(std::make_unique<TestClient>(server));
        greedy.back()->send(half);
        BOOST_TEST(polite.ask("AVAILABLE SKU", ":1000\r\n") == ":1000\r\n");
    }
    BOOST_TEST(
        eventually([&] { return server.counters().of(DisconnectReason::clients_memory) >= 8; }));
    BOOST_TEST(server.on_server([](allot::Server& each) { return each.buffer_bytes(); }) <=
               512U * 1024);
    BOOST_TEST(polite.ask("AVAILABLE SKU", ":1000\r\n") == ":1000\r\n");
    greedy.clear();
    BOOST_TEST(eventually([&] { return server.clients() == 1; }));
    BOOST_TEST(server.on_server([](allot::Server& each) { return each.buffer_bytes(); }) <
               40U * 1024);
}

BOOST_AUTO_TEST_CASE(
    when_descriptors_run_out_then_it_refuses_politely_and_accepts_again_once_there_are_some) {
    TestServer server;
    TestClient first{server};
    BOOST_TEST(first.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    std::vector<int> taken;
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{64, before.rlim_max};
    TestClient waiting{server};  // has its descriptor before they run out
    BOOST_TEST(waiting.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    const int spare = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.push_back(fd);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST(::connect(spare, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    constexpr std::string_view refusal = "-ERR max number of clients reached\r\n";
    std::string said(refusal.size(), '\0');
    BOOST_TEST(::recv(spare, said.data(), said.size(), MSG_WAITALL) ==
               static_cast<ssize_t>(refusal.size()));
    BOOST_TEST(said == refusal);
    BOOST_TEST(server.counters().of(DisconnectReason::no_descriptors) == 1U);
    BOOST_TEST(first.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    for (const int fd : taken) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    TestClient accepted{server};
    BOOST_TEST(accepted.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    ::close(spare);
}

BOOST_AUTO_TEST_SUITE_END()

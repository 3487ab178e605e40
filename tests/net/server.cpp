#include "net/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::Drop;
using allot::ServerOptions;
using allot::test::eventually;
using allot::test::framed;
using allot::test::TestClient;
using allot::test::TestServer;

std::string repeated(std::string_view bytes, std::size_t times) {
    std::string all;
    all.reserve(bytes.size() * times);
    while (times-- > 0) all.append(bytes);
    return all;
}

struct Served {
    Served() { server.engine.journal.sync_at_once(); }
    TestServer server;
};

/// Clients that ask in one moment, as a reactor sees it.
struct Crowd {
    Crowd(TestServer& of, std::size_t size) : server{of} {
        while (clients.size() < size) clients.push_back(std::make_unique<TestClient>(server));
        BOOST_REQUIRE(eventually([&] { return server.clients() == size; }));
    }
    void send_at_once(std::string_view bytes) {
        // While the server's thread does this, it cannot do anything else.
        server.on_server([&](auto&) {
            for (const auto& client : clients) client->send(bytes);
            return true;
        });
    }
    TestServer& server;
    std::vector<std::unique_ptr<TestClient>> clients;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_server, Served)

BOOST_AUTO_TEST_CASE(when_clients_ask_then_each_is_answered) {
    TestClient first{server};
    TestClient second{server};
    BOOST_TEST(first.ask("ADDBATCH b SKU 10", "+OK\r\n") == "+OK\r\n");
    BOOST_TEST(second.ask("ALLOCATE o SKU 3", "+b\r\n") == "+b\r\n");
    BOOST_TEST(first.ask("AVAILABLE SKU", ":7\r\n") == ":7\r\n");
    BOOST_TEST(server.clients() == 2U);
}

BOOST_AUTO_TEST_CASE(when_a_request_comes_byte_by_byte_then_it_is_answered) {
    TestClient client{server};
    for (const char byte : framed({"ECHO", "x"})) client.send({&byte, 1});
    BOOST_TEST(client.receive("$1\r\nx\r\n") == "$1\r\nx\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_client_ends_sending_then_it_gets_all_its_replies_and_is_closed) {
    TestClient client{server};
    client.send(repeated("PING\r\n", 5000) + "PI");
    client.end_sending();
    BOOST_TEST(client.until_closed() == repeated("+PONG\r\n", 5000));
    BOOST_TEST(eventually([&] { return server.clients() == 0; }));
}

BOOST_AUTO_TEST_CASE(when_a_client_quits_then_it_is_closed_after_the_reply) {
    TestClient client{server};
    client.send("QUIT\r\nPING\r\n");
    BOOST_TEST(client.until_closed() == "+OK\r\n");
    // The server hears the client out: a reset could overtake the reply.
    client.send("PING\r\n");
    BOOST_TEST(server.clients() == 1U);
    client.close();
    BOOST_TEST(eventually([&] { return server.clients() == 0; }));
}

BOOST_AUTO_TEST_CASE(when_the_protocol_is_broken_amid_a_flood_then_the_error_still_arrives) {
    TestClient client{server};
    client.send("PING\r\n*x\r\n" + std::string(100'000, 'x'));
    BOOST_TEST(client.until_closed() ==
               "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_browser_posts_then_it_is_closed_without_a_word) {
    TestClient client{server};
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nALLOCATE o SKU 1\r\n");
    BOOST_TEST(client.until_closed().empty());
    BOOST_TEST(server.counters().of(Drop::cross_protocol) == 1U);
}

BOOST_AUTO_TEST_CASE(when_one_pipelines_100000_commands_then_another_is_served_in_between) {
    TestClient busy{server};
    constexpr std::size_t commands = 100'000;
    std::thread sender{[&] { busy.send(repeated("PING\r\n", commands)); }};
    std::string replies;
    std::thread reader{[&] { replies = busy.receive(commands * 7); }};
    TestClient polite{server};
    int served = 0;
    while (server.counters().commands < commands && served < 1000) {
        if (polite.ask("PING", "+PONG\r\n") != "+PONG\r\n") break;
        ++served;
    }
    sender.join();
    reader.join();
    BOOST_TEST(replies.size() == commands * 7);
    BOOST_TEST(served > 1);
}

BOOST_AUTO_TEST_SUITE_END()

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

BOOST_AUTO_TEST_CASE(when_several_clients_have_asked_then_its_journal_is_given_all_at_once) {
    TestServer server;
    Crowd crowd{server, 5};
    crowd.send_at_once("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 5; }));
    server.engine.journal.sync();
    for (const auto& client : crowd.clients) BOOST_TEST(client->receive("+OK\r\n") == "+OK\r\n");
    BOOST_TEST(server.engine.journal.flushes == 1);
}

BOOST_AUTO_TEST_CASE(when_they_have_asked_for_much_then_its_journal_is_given_some_in_between) {
    TestServer server{ServerOptions{.session = {.commands_per_turn = 10}}};
    Crowd crowd{server, 5};
    crowd.send_at_once(repeated("ADDBATCH b SKU 10\r\n", 8));
    BOOST_TEST(eventually([&] { return server.counters().commands == 40; }));
    server.engine.journal.sync();
    const std::string replies = repeated("+OK\r\n", 8);
    for (const auto& client : crowd.clients) BOOST_TEST(client->receive(replies) == replies);
    BOOST_TEST(server.engine.journal.flushes == 3);  // after the second, the fourth and the last
}

BOOST_AUTO_TEST_CASE(when_it_fails_then_held_replies_never_go_out_and_others_are_told) {
    TestServer server;
    TestClient writer{server};
    TestClient other{server};
    BOOST_TEST(other.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    writer.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(writer.silent());
    server.engine.journal.fail();
    BOOST_TEST(writer.until_closed().empty());
    constexpr std::string_view refused =
        "-READONLY the storage has failed; start the server anew\r\n";
    BOOST_TEST(other.ask("AVAILABLE SKU", refused) == refused);
    BOOST_TEST(other.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(server.counters().of(Drop::storage_failed) == 1U);
}

BOOST_AUTO_TEST_CASE(
    when_it_catches_up_while_a_reply_begins_to_wait_then_the_reply_is_not_forgotten) {
    for (int look = 1; look <= 3; ++look) {
        TestServer server;
        TestClient client{server};
        server.engine.journal.reads_until_sync = look;
        client.send("ADDBATCH b SKU 10\r\n");
        if (look == 3) {  // only after the server has gone to sleep
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

BOOST_AUTO_TEST_SUITE(given_clients_that_misbehave)

BOOST_AUTO_TEST_CASE(when_one_never_reads_then_reading_stops_and_it_is_dropped) {
    TestServer server{{.output_stalled_max = 500ms}};
    server.engine.journal.sync_at_once();
    TestClient greedy{server};
    const std::string requests = repeated(framed({"ECHO", std::string(60'000, 'x')}), 1000);
    std::string_view rest = requests;
    const bool dropped = eventually([&] {
        rest.remove_prefix(greedy.send_some(rest));
        return server.counters().of(Drop::output_stalled) == 1;
    });
    BOOST_TEST(dropped);
    BOOST_TEST(!rest.empty());
    const auto counters = server.counters();
    // What was read and neither sent nor dropped is bounded by the pause and one reply.
    BOOST_TEST(counters.bytes_in - counters.bytes_out < 512U * 1024);
    BOOST_TEST(server.clients() == 0U);
}

BOOST_AUTO_TEST_CASE(when_one_reads_slowly_then_it_gets_everything) {
    TestServer server{{.output_stalled_max = 2000ms}};
    server.engine.journal.sync_at_once();
    TestClient slow{server};
    const std::string body(50'000, 'x');
    const std::string reply = "$50000\r\n" + body + "\r\n";
    constexpr std::size_t requests = 1000;
    std::thread sender{[&] { slow.send(repeated(framed({"ECHO", body}), requests)); }};
    // At first it does not read at all, until the server has stopped to read, too.
    std::uint64_t before = 0;
    BOOST_TEST(eventually([&] {
        std::this_thread::sleep_for(50ms);
        const std::uint64_t now = server.counters().bytes_in;
        return now == std::exchange(before, now) && now != 0;
    }));
    BOOST_TEST(before < requests * body.size());
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

BOOST_AUTO_TEST_CASE(when_one_does_not_end_its_request_then_it_is_dropped) {
    TestServer server{{.request_stalled_max = 300ms}};
    TestClient slow{server};
    TestClient idle{server};
    slow.send("*2\r\n$4\r\nECHO\r\n");
    BOOST_TEST(slow.until_closed().empty());
    BOOST_TEST(server.counters().of(Drop::request_stalled) == 1U);
    BOOST_TEST(idle.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_one_does_not_give_the_password_in_time_then_it_is_dropped) {
    TestServer server{{.password = allot::Password{"secret"}, .handshake_max = 500ms}};
    TestClient silent{server};
    TestClient chatty{server};
    TestClient known{server};
    BOOST_TEST(known.ask("AUTH secret", "+OK\r\n") == "+OK\r\n");
    chatty.send("PING\r\nRESET\r\n");
    BOOST_TEST(silent.until_closed().empty());
    BOOST_TEST(chatty.until_closed() == "-NOAUTH Authentication required.\r\n+RESET\r\n");
    BOOST_TEST(server.counters().of(Drop::handshake_stalled) == 2U);
    BOOST_TEST(known.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_one_guesses_passwords_then_it_is_slowed_and_dropped_and_others_are_not) {
    TestServer server{{.session = {.wrong_password_delay = 100ms, .wrong_passwords_max = 3},
                       .password = allot::Password{"secret"}}};
    TestClient guesser{server};
    guesser.send("AUTH a\r\nAUTH b\r\nAUTH c\r\nAUTH secret\r\n");
    TestClient known{server};
    BOOST_TEST(known.ask("AUTH secret", "+OK\r\n") == "+OK\r\n");
    BOOST_TEST(guesser.until_closed() ==
               repeated("-WRONGPASS invalid username-password pair or user is disabled.\r\n", 3));
    BOOST_TEST(server.counters().of(Drop::wrong_passwords) == 1U);
    BOOST_TEST(known.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_one_is_idle_for_longer_than_it_may_then_it_is_dropped) {
    TestServer server{{.idle_max = 300ms}};
    TestClient idle{server};
    BOOST_TEST(idle.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(idle.until_closed().empty());
    BOOST_TEST(server.counters().of(Drop::idle) == 1U);
}

BOOST_AUTO_TEST_CASE(when_there_are_too_many_then_the_next_is_refused_until_one_leaves) {
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
    BOOST_TEST(server.counters().of(Drop::clients_max) == 1U);
}

BOOST_AUTO_TEST_CASE(when_all_together_hold_too_much_then_whoever_holds_most_is_dropped) {
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
    BOOST_TEST(eventually([&] { return server.counters().of(Drop::clients_memory) >= 8; }));
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
    TestClient waiting{server};  // its own descriptor is there before they run out
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
    BOOST_TEST(server.counters().of(Drop::no_descriptors) == 1U);
    BOOST_TEST(first.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    for (const int fd : taken) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before);
    TestClient welcome{server};
    BOOST_TEST(welcome.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    ::close(spare);
}

BOOST_AUTO_TEST_SUITE_END()

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

BOOST_AUTO_TEST_CASE(when_the_storage_fails_on_the_way_then_it_is_not_clean) {
    TestServer server;
    TestClient writer{server};
    writer.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 1; }));
    auto drained = server.drain(5s);
    server.engine.journal.fail();
    BOOST_TEST(!drained.get());
    BOOST_TEST(writer.until_closed().empty());
}

BOOST_AUTO_TEST_CASE(when_it_comes_amid_a_load_then_every_command_that_was_executed_is_answered) {
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

BOOST_AUTO_TEST_CASE(when_one_waits_to_be_told_of_a_wrong_password_then_it_is_not_waited_for) {
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

BOOST_AUTO_TEST_CASE(when_nobody_is_there_then_it_is_done_at_once) {
    TestServer server;
    BOOST_TEST(server.drain(5s).get());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_an_address)

BOOST_AUTO_TEST_CASE(when_it_is_taken_or_unknown_then_listening_fails) {
    TestServer server;
    boost::asio::io_context io;
    allot::test::Engine<allot::test::HandJournal> engine;
    allot::Server second{io, engine.backend(), {.port = server.port()}};
    BOOST_CHECK_THROW(second.listen(), boost::system::system_error);
    allot::Server lost{io, engine.backend(), {.host = "no.such.host.invalid", .port = 0}};
    BOOST_CHECK_THROW(lost.listen(), boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

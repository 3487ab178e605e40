#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>

#include "tests/net/transport/test_server.hpp"

namespace {

using namespace std::chrono_literals;
using allot::RespSession;
using allot::SessionLimits;
using allot::test::contains;
using allot::test::eventually;
using allot::test::HandJournal;
using allot::test::RespFixture;
using allot::test::TestClient;
using allot::test::TestServer;

constexpr std::string_view added =
    "*4\r\n:1\r\n:1600000000000000\r\n+batch_added\r\n"
    "*8\r\n+batch\r\n+b\r\n+sku\r\n+SKU\r\n+quantity\r\n:10\r\n+eta\r\n+warehouse\r\n";
constexpr std::string_view allocated =
    "*4\r\n:2\r\n:1600000000000000\r\n+line_allocated\r\n"
    "*8\r\n+order\r\n+o\r\n+sku\r\n+SKU\r\n+quantity\r\n:3\r\n+batch\r\n+b\r\n";

/// The expected reply: the cursor of the fact `last`, and these facts.
std::string after(int last, std::initializer_list<std::string_view> facts = {}) {
    std::string reply = "*2\r\n+00000000000000a1:" + std::to_string(last) + "\r\n*" +
                        std::to_string(facts.size()) + "\r\n";
    for (const std::string_view fact : facts) reply += fact;
    return reply;
}

/// A second session beside the fixture's own, which changes stock.
struct Reader {
    explicit Reader(RespFixture<HandJournal>& at) : fixture{at} {}
    RespSession::ExecuteResult ask(std::string line) {
        line += "\r\n";
        line.copy(session.prepare().data(), line.size());
        session.received(line.size());
        return execute();
    }
    RespSession::ExecuteResult execute() {
        const RespSession::ExecuteResult result = session.execute();
        fixture.context.store.unlock();
        return result;
    }
    std::string take() { return allot::test::released(session.output(), fixture.engine.journal); }
    RespFixture<HandJournal>& fixture;
    RespSession session{fixture.context, "test:reader"};
};

struct TwoFacts {
    TwoFacts() { fixture.send("ADDBATCH b SKU 10\r\nALLOCATE o SKU 3\r\n"); }
    RespFixture<HandJournal> fixture;
    Reader reader{fixture};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_two_facts, TwoFacts)

BOOST_AUTO_TEST_CASE(when_facts_are_requested_then_durable_ones_are_shown_at_once) {
    reader.ask("FEED 1");
    BOOST_TEST(reader.take() == after(0));
    fixture.engine.journal.sync_to(1);
    reader.ask("FEED 1");
    BOOST_TEST(reader.take() == after(1, {added}));
    reader.ask("FEED 3");  // no cursor of what a crash may still take
    BOOST_TEST(reader.take() == after(1));
    fixture.engine.journal.sync();
    reader.ask("feed 0");
    BOOST_TEST(reader.take() == after(2, {added, allocated}));
    reader.ask("FEED 2");
    BOOST_TEST(reader.take() == after(2, {allocated}));
    reader.ask("FEED 1 count 1");
    BOOST_TEST(reader.take() == after(1, {added}));
    reader.ask("FEED 3");
    BOOST_TEST(reader.take() == after(2));
}

BOOST_AUTO_TEST_CASE(when_version_3_is_spoken_then_the_fields_are_a_map) {
    fixture.engine.journal.sync();
    reader.ask("HELLO 3");
    (void)reader.take();
    reader.ask("FEED 2");
    BOOST_TEST(
        reader.take() ==
        "*2\r\n+00000000000000a1:2\r\n*1\r\n*4\r\n:2\r\n:1600000000000000\r\n+line_allocated\r\n"
        "%4\r\n+order\r\n+o\r\n+sku\r\n+SKU\r\n+quantity\r\n:3\r\n"
        "+batch\r\n+b\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_reader_waits_then_it_is_held_until_the_fact_is_durable) {
    BOOST_TEST((reader.ask("FEED 1 BLOCK 0") == RespSession::ExecuteResult::blocked));
    BOOST_TEST((reader.ask("PING") == RespSession::ExecuteResult::blocked));
    BOOST_TEST(reader.take().empty());
    // Other sessions continue.
    BOOST_TEST(fixture.ask("AVAILABLE SKU").empty());
    fixture.engine.journal.sync_to(1);
    BOOST_TEST((reader.execute() == RespSession::ExecuteResult::need_input));
    BOOST_TEST(reader.take() == after(1, {added}) + "+PONG\r\n");
    // From the next fact on.
    BOOST_TEST((reader.ask("FEED $ BLOCK 0") == RespSession::ExecuteResult::blocked));
    fixture.engine.journal.sync();
    BOOST_TEST((reader.execute() == RespSession::ExecuteResult::need_input));
    BOOST_TEST(reader.take() == after(2, {allocated}));
}

BOOST_AUTO_TEST_CASE(when_the_reader_continues_after_its_cursor_then_there_is_no_gap) {
    reader.ask("FEED $");
    BOOST_TEST(reader.take() == after(0));
    fixture.engine.journal.sync();
    reader.ask("FEED AFTER 00000000000000a1:0 COUNT 1");
    BOOST_TEST(reader.take() == after(1, {added}));
    reader.ask("feed after 00000000000000A1:1");
    BOOST_TEST(reader.take() == after(2, {allocated}));
    reader.ask("FEED AFTER 1");  // without a history
    BOOST_TEST(reader.take() == after(2, {allocated}));
    reader.ask("FEED AFTER 00000000000000a1:2");
    BOOST_TEST(reader.take() == after(2));
    BOOST_TEST((reader.ask("FEED AFTER 00000000000000a1:2 BLOCK 20") ==
                RespSession::ExecuteResult::blocked));
    fixture.context.clock.now += 20ms;
    reader.execute();
    BOOST_TEST(reader.take() == after(2));
    reader.ask("FEED AFTER 00000000000000a1:3");
    BOOST_TEST(reader.take() == "-AHEAD 2 is the last LSN; there is none before 4\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_history_has_diverged_then_the_error_says_from_which_fact_on) {
    fixture.engine.journal.history.leave(0xb2, 1);
    fixture.engine.journal.sync();
    for (int longer = 0; longer < 3; ++longer) {
        reader.ask("FEED AFTER 00000000000000b2:2 BLOCK 0");
        BOOST_TEST(
            reader.take() ==
            "-DIVERGED history 00000000000000b2 agrees with this store up to LSN 1; carry on "
            "after 00000000000000a1:1\r\n");
        reader.ask("FEED AFTER 00000000000000b2:1 COUNT 1");
        BOOST_TEST(reader.take() == after(2, {allocated}));
        // An unknown history: the reader has no fact in common with the store.
        reader.ask("FEED AFTER 00000000000000c3:1");
        BOOST_TEST(
            reader.take() ==
            "-DIVERGED history 00000000000000c3 agrees with this store up to LSN 0; carry on "
            "after 00000000000000a1:0\r\n");
        reader.ask("FEED AFTER 00000000000000c3:0 COUNT 1");
        BOOST_TEST(reader.take() == after(1, {added}));
        fixture.send("ADDBATCH b" + std::to_string(longer) + " SKU 10\r\n");
        fixture.engine.journal.sync();
        (void)fixture.take();
    }
}

BOOST_AUTO_TEST_CASE(when_the_history_is_queried_then_it_is_the_current_one) {
    reader.ask("HELLO 2");
    BOOST_TEST(contains(reader.take(), "$7\r\nhistory\r\n$16\r\n00000000000000a1\r\n"));
    reader.ask("INFO persistence");
    BOOST_TEST(contains(reader.take(), "\r\nhistory:00000000000000a1\r\n"));
}

BOOST_AUTO_TEST_CASE(when_no_fact_comes_in_time_then_the_array_is_empty) {
    BOOST_TEST((reader.ask("FEED 1 BLOCK 20 COUNT 5") == RespSession::ExecuteResult::blocked));
    fixture.context.clock.now += 19ms;
    BOOST_TEST((reader.execute() == RespSession::ExecuteResult::blocked));
    BOOST_TEST((reader.session.wait_due() == fixture.context.clock.now + 1ms));
    fixture.context.clock.now += 1ms;
    BOOST_TEST((reader.execute() == RespSession::ExecuteResult::need_input));
    BOOST_TEST(reader.take() == after(0));
    BOOST_TEST((reader.session.last_command() == fixture.context.clock.now));  // it was not idle
}

BOOST_AUTO_TEST_CASE(when_facts_are_trimmed_or_ahead_then_the_error_has_the_oldest_or_last_lsn) {
    fixture.engine.journal.sync();
    fixture.engine.journal.history.trim(2);
    reader.ask("FEED 1");
    BOOST_TEST(reader.take() == "-TRIMMED 2 is the oldest LSN that is kept\r\n");
    reader.ask("FEED 4 BLOCK 0");
    BOOST_TEST(reader.take() == "-AHEAD 2 is the last LSN; there is none before 4\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_storage_fails_then_it_waits_no_longer_and_gets_the_durable_facts) {
    fixture.engine.journal.sync_to(1);
    BOOST_TEST((reader.ask("FEED 2 BLOCK 0") == RespSession::ExecuteResult::blocked));
    fixture.context.store.failed = true;
    reader.execute();
    BOOST_TEST(reader.take() == "-READONLY the storage has failed; restart the server\r\n");
    reader.ask("FEED 1");
    BOOST_TEST(reader.take() == after(1, {added}));
}

BOOST_AUTO_TEST_CASE(when_the_arguments_are_wrong_then_the_error_says_why) {
    for (const auto& [line, why] : {
             std::pair{"FEED -1",
                       "-SYNTAX invalid LSN '-1': expected an integer from 0 to "
                       "18446744073709551613, or $, or AFTER and a cursor\r\n"},
             {"FEED 18446744073709551615", "-SYNTAX invalid LSN '18446744073709551615'"},
             {"FEED 1 COUNT 0",
              "-SYNTAX invalid COUNT '0': expected an integer from 1 to 10000\r\n"},
             {"FEED 1 COUNT 10001", "-SYNTAX invalid COUNT '10001'"},
             {"FEED 1 BLOCK soon",
              "-SYNTAX invalid BLOCK 'soon': expected an integer from 0 to "
              "34359738368, in milliseconds\r\n"},
             {"FEED 1 BLOCK -5", "-SYNTAX invalid BLOCK '-5'"},
             {"FEED 1 \"BL\\x1bCK\" 5",
              "-SYNTAX unknown option 'BL\\x1bCK': expected COUNT or BLOCK\r\n"},
             {"FEED 1 WAIT 5", "-SYNTAX unknown option 'WAIT': expected COUNT or BLOCK"},
             {"FEED 1 COUNT", "-SYNTAX 'COUNT' stands alone: COUNT takes a number of events"},
             {"FEED AFTER", "-SYNTAX invalid LSN 'AFTER'"},
             {"FEED AFTER 1 BLOCK", "-SYNTAX 'BLOCK' stands alone"},
             {"FEED AFTER x",
              "-SYNTAX invalid cursor 'x': expected a history of 16 hexadecimal digits, a colon "
              "and an "
              "LSN, or an LSN alone, from 0 to 18446744073709551613\r\n"},
             {"FEED AFTER 00000000000000a1", "-SYNTAX invalid cursor '00000000000000a1'"},
             {"FEED AFTER 00000000000000a1:", "-SYNTAX invalid cursor '00000000000000a1:'"},
             {"FEED AFTER 0000000000000a1:1", "-SYNTAX invalid cursor '0000000000000a1:1'"},
             {"FEED AFTER 00000000000000g1:1", "-SYNTAX invalid cursor '00000000000000g1:1'"},
             {"FEED AFTER 00000000000000a1:+1", "-SYNTAX invalid cursor '00000000000000a1:+1'"},
             {"FEED AFTER 00000000000000a1:18446744073709551614", "-SYNTAX invalid cursor '00"},
             {"FEED AFTER -1", "-SYNTAX invalid cursor '-1'"},
             {"FEED AFTER $", "-SYNTAX invalid cursor '$'"},
             {"FEED", "-ERR wrong number of arguments for 'feed' command"},
         }) {
        reader.ask(line);
        BOOST_TEST(reader.take().starts_with(why), line);
    }
}

BOOST_AUTO_TEST_CASE(when_many_facts_are_requested_then_one_reply_is_bounded) {
    for (int i = 0; i < 3000; ++i) {
        fixture.send("ADDBATCH b" + std::to_string(i) + " SKU 10\r\n");
        fixture.engine.journal.sync();
        (void)fixture.take();
    }
    reader.ask("FEED 1 COUNT 10000");
    const std::string reply = reader.take();
    BOOST_TEST(reply.starts_with("*2\r\n+00000000000000a1:512\r\n*512\r\n"));
    BOOST_TEST(reply.size() < SessionLimits{}.output_pause_bytes);
    reader.ask("FEED 1");
    BOOST_TEST(reader.take().starts_with("*2\r\n+00000000000000a1:100\r\n*100\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_server_with_a_history)

BOOST_AUTO_TEST_CASE(when_clients_wait_then_all_get_a_fact_as_soon_as_it_is_durable) {
    TestServer server;
    TestClient first{server};
    TestClient second{server};
    TestClient worker{server};
    first.send("FEED 1 BLOCK 0\r\n");
    second.send("FEED 2 BLOCK 0\r\nPING\r\n");  // behind a fact that is not there
    BOOST_TEST(second.ask("", "-AHEAD").starts_with("-AHEAD"));
    worker.send("ADDBATCH b SKU 10\r\n");
    BOOST_TEST(first.silent());
    server.engine.journal.sync();
    const std::string expected = after(1, {added});
    BOOST_TEST(first.receive(expected) == expected);
    // Repeatedly, between commands of its own.
    for (int lsn = 2; lsn < 11; ++lsn) {
        first.send("FEED " + std::to_string(lsn) + " BLOCK 0\r\nPING\r\n");
        worker.send("ALLOCATE o" + std::to_string(lsn) + " SKU 1\r\n");
        BOOST_TEST(
            eventually([&] { return server.engine.journal.last() == static_cast<unsigned>(lsn); }));
        server.engine.journal.sync();
        const std::string head = "*2\r\n+00000000000000a1:" + std::to_string(lsn) +
                                 "\r\n*1\r\n*4\r\n:" + std::to_string(lsn);
        BOOST_TEST(first.receive(head) == head);
        std::string rest;
        while (!rest.ends_with("+PONG\r\n")) rest += first.receive(std::size_t{1});
    }
}

BOOST_AUTO_TEST_CASE(when_a_waiting_client_disconnects_then_its_session_ends) {
    TestServer server;
    {
        TestClient gone{server};
        gone.send("FEED 1 BLOCK 0\r\n");
        TestClient finished{server};
        finished.send("FEED 1 BLOCK 0\r\n");
        BOOST_TEST(eventually([&] { return server.counters().commands == 2U; }));
        finished.end_sending();
        BOOST_TEST(finished.until_closed().empty());
    }
    BOOST_TEST(eventually([&] { return server.clients() == 0U; }));
}

BOOST_AUTO_TEST_CASE(when_a_wait_ends_then_the_client_gets_an_empty_array_and_was_not_idle) {
    TestServer server{{.idle_max = 300ms}};
    TestClient client{server};
    client.send("FEED 1 BLOCK 800\r\n");
    const std::string none = after(0);
    BOOST_TEST(client.receive(none) == none);
}

BOOST_AUTO_TEST_CASE(when_a_client_that_waits_sends_on_then_little_of_it_is_taken) {
    TestServer server;
    TestClient client{server};
    client.send("FEED 1 BLOCK 0\r\n");
    const std::string pings(16'384, '\n');
    std::size_t taken = 0;
    for (int i = 0; i < 2'000; ++i) taken += client.send_some(pings);
    BOOST_TEST(taken > 0U);
    BOOST_TEST(server.on_server([](auto& one) { return one.buffer_bytes(); }) < 256U * 1024U);
    BOOST_TEST(server.counters().bytes_in < 256U * 1024U);
}

BOOST_AUTO_TEST_CASE(when_the_server_ends_then_it_does_not_wait_for_a_client) {
    TestServer server;
    TestClient client{server};
    client.send("FEED 1 BLOCK 0\r\n");
    BOOST_TEST(eventually([&] { return server.counters().commands == 1U; }));
    BOOST_TEST(server.drain(5s).get());
    BOOST_TEST(client.until_closed().empty());
}

BOOST_AUTO_TEST_SUITE_END()

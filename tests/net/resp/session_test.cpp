#include "net/resp/resp_session.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "net/commands/registry.hpp"
#include "tests/net/fakes.hpp"

namespace {

using allot::DisconnectReason;
using allot::ErrorCode;
using allot::RespSession;
using allot::SessionLimits;
using allot::test::framed;
using allot::test::HandJournal;
using allot::test::repeated;
using allot::test::RespFixture;

constexpr std::string_view read_only = "-READONLY the storage has failed; nothing has changed\r\n";

/// Sends a line to another session. \return the output that may be sent without a further sync.
std::string asked(RespSession& session, std::string line) {
    line += "\r\n";
    line.copy(session.prepare().data(), line.size());
    session.received(line.size());
    session.execute();
    std::string taken;
    while (release(session.output(), 0)) {
        taken.append(session.output().sending());
        session.output().sent(session.output().sending().size());
    }
    return taken;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_disk_that_lags)

BOOST_AUTO_TEST_CASE(when_a_change_is_not_durable_then_its_reply_is_held) {
    RespFixture<HandJournal> fixture;
    BOOST_TEST(fixture.ask("ADDBATCH b SKU 10").empty());
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1").empty());
    fixture.engine.journal.sync_to(1);
    BOOST_TEST(fixture.take() == "+OK\r\n");
    fixture.engine.journal.sync();
    BOOST_TEST(fixture.take() == "+b\r\n");
}

BOOST_AUTO_TEST_CASE(when_another_session_looks_at_it_then_that_reply_is_held_too) {
    RespFixture<HandJournal> fixture;
    fixture.send("ADDBATCH b SKU 10\r\n");
    for (const std::string_view look :
         {"STOCK SKU", "AVAILABLE SKU", "ALLOCATIONS o", "EXPLAIN o SKU 1", "STOCK NOPE",
          "SHORTAGES", "SHORTAGES SKU", "ALLOCATE o NOPE 1", "ADDBATCH b SKU 10",
          "ADDBATCH b SKU 11", "DEALLOCATE o", "SETQTY nope 1"}) {
        RespSession reader{fixture.context, "test:2"};
        const std::string line = std::string{look} + "\r\n";
        line.copy(reader.prepare().data(), line.size());
        reader.received(line.size());
        reader.execute();
        BOOST_TEST(!reader.output().empty(), look);
        BOOST_TEST(!release(reader.output(), 0), look);
        BOOST_TEST(release(reader.output(), 1), look);
    }
}

BOOST_AUTO_TEST_CASE(when_a_command_saw_no_stock_then_it_is_answered_at_once) {
    RespFixture<HandJournal> fixture;
    fixture.send("ADDBATCH b SKU 10\r\n");
    RespSession other{fixture.context, "test:2"};
    const std::string_view lines = "PING\r\nALLOCATE o SKU zero\r\nINFO nothing\r\n";
    lines.copy(other.prepare().data(), lines.size());
    other.received(lines.size());
    other.execute();
    BOOST_TEST(release(other.output(), 0));
    BOOST_TEST(!release(fixture.session.output(), 0));
}

BOOST_AUTO_TEST_CASE(when_a_reply_is_held_then_later_ones_do_not_overtake_it) {
    RespFixture<HandJournal> fixture;
    BOOST_TEST(fixture.ask("ADDBATCH b SKU 10").empty());
    BOOST_TEST(fixture.ask("PING").empty());
    fixture.engine.journal.sync();
    BOOST_TEST(fixture.take() == "+OK\r\n+PONG\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_disk_that_fails)

BOOST_AUTO_TEST_CASE(
    when_a_change_is_refused_by_the_journal_then_the_client_gets_an_error_and_nothing_changed) {
    RespFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("ADDBATCH b SKU 10");
    fixture.engine.journal.fail();
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1") == read_only);
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1 SKU 2") == read_only);
    BOOST_TEST(fixture.ask("ADDBATCH c SKU 1") == read_only);
    BOOST_TEST(fixture.ask("AVAILABLE SKU") == ":10\r\n");
    BOOST_TEST(fixture.context.counters.of(ErrorCode::read_only) == 3U);
}

BOOST_AUTO_TEST_CASE(when_the_disk_is_full_then_changes_are_refused_and_reads_served) {
    RespFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("ADDBATCH b SKU 10");
    fixture.engine.journal.full = true;
    constexpr std::string_view full =
        "-READONLY the disk is full; nothing has changed; reads are served, and changes once there "
        "is space\r\n";
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1") == full);
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1 SKU 2") == full);
    BOOST_TEST(fixture.ask("SETQTY b 3") == full);
    fixture.send(framed({"PUBLISH", "allocate", R"({"orderid":"o","sku":"SKU","qty":1})"}));
    BOOST_TEST(fixture.take() == full);
    BOOST_TEST(fixture.ask("AVAILABLE SKU") == ":10\r\n");
    fixture.engine.journal.full = false;
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1") == "+b\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_the_disk_has_failed_and_all_is_durable_then_reads_are_served_and_changes_not) {
    RespFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("ADDBATCH b SKU 10");
    fixture.engine.journal.fail();
    fixture.context.store.failed = true;
    BOOST_TEST(fixture.ask("AVAILABLE SKU") == ":10\r\n");
    BOOST_TEST(fixture.ask("EXPLAIN o SKU 1").starts_with("*2\r\n"));
    for (const allot::CommandSpec& spec : allot::command_table()) {
        if (!spec.has(allot::flag_write)) continue;
        BOOST_TEST(fixture.ask(std::string{spec.name} + " a" + (spec.args_min > 1 ? " 1" : "") +
                               (spec.args_min > 2 ? " 1" : "")) ==
                   "-READONLY the storage has failed; restart the server\r\n");
    }
}

// The last change may be lost at the next start, so no reply may show it.
BOOST_AUTO_TEST_CASE(
    when_the_disk_has_failed_and_a_change_is_not_durable_then_commands_on_stock_are_refused) {
    RespFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("ADDBATCH b SKU 10");
    fixture.engine.journal.sync_by_hand();
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1").empty());
    fixture.engine.journal.fail();
    fixture.context.store.failed = true;
    RespSession other{fixture.context, "test:2"};
    for (const allot::CommandSpec& spec : allot::command_table()) {
        if (!spec.store_use().stock) continue;
        BOOST_TEST(asked(other, std::string{spec.name} + " a" + (spec.args_min > 1 ? " 1" : "") +
                                    (spec.args_min > 2 ? " 1" : "")) ==
                   "-READONLY the storage has failed; restart the server\r\n");
    }
    BOOST_TEST(asked(other, "PING") == "+PONG\r\n");
    BOOST_TEST(asked(other, "INFO persistence").find("storage_failed:1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_a_snapshot_cannot_begin_then_the_reply_is_an_error) {
    RespFixture<HandJournal> fixture;
    fixture.context.store.backend.start_snapshot = []() -> bool {
        throw std::system_error{std::make_error_code(std::errc::no_space_on_device)};
    };
    BOOST_TEST(fixture.ask("SNAPSHOT") == read_only);
}

BOOST_AUTO_TEST_CASE(when_a_unit_is_too_large_for_the_journal_then_only_it_fails) {
    RespFixture<HandJournal> fixture;
    fixture.engine.journal.sync_at_once();
    fixture.ask("ADDBATCH b SKU 10");
    fixture.engine.journal.unit_facts_max = 1;
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1 SKU 2") ==
               "-ERR the command failed: unit too large\r\n");
    BOOST_TEST(fixture.ask("ALLOCATE o SKU 1") == "+b\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_pipeline)

BOOST_AUTO_TEST_CASE(when_a_command_in_it_is_wrong_then_the_replies_stay_in_step) {
    RespFixture<> fixture;
    fixture.send(framed({"ADDBATCH", "b", "SKU", "10"}) + "nonsense 1 2\r\n" +
                 framed({"ALLOCATE", "o", "SKU"}) + framed({"ALLOCATE", "o", "SKU", "3"}) +
                 "PING last\r\n");
    BOOST_TEST(
        fixture.take() ==
        "+OK\r\n-ERR unknown command 'nonsense', with args beginning with: '1' '2'; HELP lists the "
        "commands\r\n"
        "-ERR wrong number of arguments for 'allocate' command: 2, expected order sku "
        "quantity "
        "[sku quantity ...]\r\n$1\r\nb\r\n$4\r\nlast\r\n");
}

BOOST_AUTO_TEST_CASE(
    when_bytes_in_it_are_no_request_then_what_came_before_is_answered_and_it_ends) {
    RespFixture<> fixture;
    fixture.send("PING\r\n*1\r\n$x\r\nPING\r\n");
    BOOST_TEST(fixture.take() == "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
    BOOST_TEST((fixture.last_result == RespSession::ExecuteResult::ended));
    BOOST_TEST(fixture.context.counters.of(DisconnectReason::protocol_error) == 1U);
    RespFixture<> other;
    other.send("\"PING\r\n");
    BOOST_TEST(other.take() == "-ERR Protocol error: unbalanced quotes in request\r\n");
    RespFixture<> last;  // the parser finds the error while it reads ahead, and has no byte left
    last.send("ALLOCATE o LAMP 1\r\n\"PING\r\n");
    BOOST_TEST(last.take() ==
               "-INVALIDSKU Invalid sku LAMP\r\n"
               "-ERR Protocol error: unbalanced quotes in request\r\n");
    BOOST_TEST((last.last_result == RespSession::ExecuteResult::ended));
}

BOOST_AUTO_TEST_CASE(when_the_pipeline_is_long_then_a_slice_ends_before_it_does) {
    RespFixture<> fixture{SessionLimits{.commands_per_slice = 10}};
    const std::string pings = repeated("PING\r\n", 25);
    pings.copy(fixture.session.prepare().data(), pings.size());
    fixture.session.received(pings.size());
    BOOST_TEST((fixture.session.execute() == RespSession::ExecuteResult::yield));
    BOOST_TEST(fixture.take() == repeated("+PONG\r\n", 10));
    BOOST_TEST((fixture.session.execute() == RespSession::ExecuteResult::yield));
    BOOST_TEST((fixture.session.execute() == RespSession::ExecuteResult::need_input));
    BOOST_TEST(fixture.take() == repeated("+PONG\r\n", 15));
}

BOOST_AUTO_TEST_CASE(when_the_client_takes_no_replies_then_executing_stops) {
    RespFixture<> fixture;
    const std::string request = framed({"ECHO", std::string(60'000, 'x')});
    for (int i = 0; i < 10 && fixture.last_result != RespSession::ExecuteResult::backpressure; ++i)
        fixture.send(request);
    BOOST_TEST((fixture.last_result == RespSession::ExecuteResult::backpressure));
    const std::size_t queued = fixture.session.output().bytes();
    BOOST_TEST(queued <= SessionLimits{}.output_pause_bytes + 60'020);
    BOOST_TEST(fixture.take().size() == queued);
}

BOOST_AUTO_TEST_CASE(when_one_reply_would_be_too_large_then_an_error_replaces_it) {
    RespFixture<> fixture{SessionLimits{.reply_bytes_max = 100}};
    fixture.ask("ADDBATCH b SKU 10");
    BOOST_TEST(fixture.ask("ECHO " + std::string(200, 'x')) ==
               "-ERR the reply would have more than 100 bytes\r\n");
    BOOST_TEST(fixture.ask("STOCK SKU").starts_with("*1\r\n"));
}

BOOST_AUTO_TEST_CASE(when_replies_are_too_large_then_each_of_them_ends_a_slice) {
    RespFixture<> fixture{SessionLimits{.reply_bytes_max = 100}};
    const std::string asks = repeated(framed({"ECHO", std::string(200, 'x')}), 3) + "PING\r\n";
    asks.copy(fixture.session.prepare().data(), asks.size());
    fixture.session.received(asks.size());
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((fixture.session.execute() == RespSession::ExecuteResult::yield));
        BOOST_TEST(fixture.take() == "-ERR the reply would have more than 100 bytes\r\n");
    }
    BOOST_TEST((fixture.session.execute() == RespSession::ExecuteResult::need_input));
    BOOST_TEST(fixture.take() == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_more_output_is_queued_than_allowed_then_the_client_is_disconnected) {
    RespFixture<> fixture{SessionLimits{.output_bytes_max = 50}};
    fixture.send("ECHO " + std::string(100, 'x') + "\r\n");
    BOOST_TEST((fixture.last_result == RespSession::ExecuteResult::disconnected));
    BOOST_TEST(fixture.context.counters.of(DisconnectReason::output_limit) == 1U);
}

BOOST_AUTO_TEST_CASE(when_a_request_is_not_complete_then_it_is_known_since_when) {
    using std::chrono::seconds;
    RespFixture<> fixture;
    const auto start = allot::ServerContext::Time{seconds{100}};
    fixture.context.clock.now = start;
    fixture.send("PING\r\nPI");
    BOOST_TEST((fixture.session.request_began() == start));
    fixture.context.clock.now = start + seconds{5};
    fixture.send("N");
    BOOST_TEST((fixture.session.request_began() == start));
    fixture.send("G\r\nE");
    BOOST_TEST((fixture.session.request_began() == start + seconds{5}));
    fixture.send("CHO x\r\n");
    BOOST_TEST((fixture.session.request_began() == allot::ServerContext::Time::max()));
    BOOST_TEST((fixture.session.last_command() == start + seconds{5}));
}

BOOST_AUTO_TEST_SUITE_END()

// MULTI to EXEC.
#include "engine/invariants.hpp"
#include "net/commands/registry.hpp"
#include "tests/net/resp/transaction_fixture.hpp"

namespace {

using allot::RespSession;
using allot::test::aborted;
using allot::test::contains;
using allot::test::framed;
using allot::test::HandJournal;
using allot::test::repeated;
using allot::test::RespFixture;
using allot::test::TransactionFixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_transaction)

BOOST_FIXTURE_TEST_CASE(
    when_the_transaction_is_executed_then_the_replies_have_the_order_of_the_commands,
    TransactionFixture) {
    BOOST_TEST(ask("MULTI") == "+OK\r\n");
    BOOST_TEST(ask("ALLOCATE o1 LAMP 4") == "+QUEUED\r\n");
    BOOST_TEST(ask("ALLOCATE o2 LAMP 7") == "+QUEUED\r\n");
    BOOST_TEST(ask("AVAILABLE LAMP") == "+QUEUED\r\n");
    BOOST_TEST(ask("ALLOCATIONS o1") == "+QUEUED\r\n");
    BOOST_TEST(engine.journal.last() == 2U);
    BOOST_TEST(ask("EXEC") ==
               "*4\r\n+b1\r\n-OUTOFSTOCK Out of stock for sku LAMP\r\n:6\r\n"
               "*1\r\n*3\r\n+LAMP\r\n:4\r\n+b1\r\n");
    BOOST_TEST(ask("SHORTAGES LAMP") == "*1\r\n*4\r\n+o2\r\n+LAMP\r\n:7\r\n:4\r\n");
    BOOST_TEST(ask("EXEC") == "-ERR EXEC without MULTI\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_sent_in_one_go_then_nothing_overtakes_its_end,
                        TransactionFixture) {
    send("MULTI\r\n" + repeated("ALLOCATE o LAMP 1\r\n", 20) + "EXEC\r\nALLOCATE p LAMP 2\r\n");
    BOOST_TEST(take() == "+OK\r\n" + repeated("+QUEUED\r\n", 20) + "*20\r\n" +
                             repeated("+b1\r\n", 20) + "+b1\r\n");
    send(framed({"MULTI"}) + framed({"ALLOCATE", "q", "LAMP", "1"}) +
         framed({"ALLOCATE", "r", "LAMP", "1"}) + framed({"DISCARD"}));
    BOOST_TEST(take() == "+OK\r\n+QUEUED\r\n+QUEUED\r\n+OK\r\n");
    BOOST_TEST(ask("AVAILABLE LAMP") == ":7\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_a_feed_has_a_bad_value_then_it_is_refused_while_it_is_queued,
                        TransactionFixture) {
    for (const std::string_view wrong :
         {"abc", "AFTER x", "1 COUNT 0", "1 BLOCK soon", "1 COUNT", "1 WAIT 5"}) {
        BOOST_TEST(ask("MULTI") == "+OK\r\n");
        BOOST_TEST(ask("FEED AFTER 0 COUNT 1 BLOCK 5") == "+QUEUED\r\n");
        BOOST_TEST(ask("FEED " + std::string{wrong}).starts_with("-SYNTAX "), wrong);
        BOOST_TEST(ask("EXEC") ==
                   "-EXECABORT Transaction discarded because of previous errors.\r\n");
    }
}

BOOST_FIXTURE_TEST_CASE(when_exec_is_framed_then_all_replies_are, TransactionFixture) {
    send("MULTI\r\nALLOCATE o LAMP 1\r\n" + framed({"ALLOCATE", "p", "LAMP", "1"}));
    take();
    send(framed({"EXEC"}));
    BOOST_TEST(take() == "*2\r\n$2\r\nb1\r\n$2\r\nb1\r\n");
    send(framed({"MULTI"}) + framed({"ALLOCATIONS", "o"}) + framed({"FEED", "3", "COUNT", "1"}));
    take();
    const std::string reply = ask("EXEC");
    BOOST_TEST(reply.starts_with("*2\r\n*1\r\n*3\r\n+LAMP\r\n:1\r\n+b1\r\n*2\r\n+"), reply);
    BOOST_TEST(contains(reply, "\r\n*1\r\n*4\r\n:3\r\n"), reply);
}

BOOST_FIXTURE_TEST_CASE(when_one_of_its_commands_is_refused_then_the_others_stand,
                        TransactionFixture) {
    const std::string reply =
        last_of({"MULTI", "ALLOCATE o1 LAMP 3 CHAIR 6", "ALLOCATE o2 NO 1", "ADDBATCH b1 LAMP 11",
                 "SETQTY no 1", "ADDBATCH b3 NEW 1", "ALLOCATE o3 NEW 1", "EXEC"});
    BOOST_TEST(reply ==
               "*6\r\n-OUTOFSTOCK Out of stock for sku CHAIR\r\n-INVALIDSKU Invalid sku NO\r\n"
               "-BATCHEXISTS Batch b1 is there already, with another SKU, quantity or ETA\r\n"
               "-NOSUCHBATCH No batch no\r\n+OK\r\n+b3\r\n");
    // The unit has no LAMP line of the refused order: a shortage, a batch, a line.
    BOOST_TEST(engine.journal.last() == 5U);
    BOOST_TEST(ask("AVAILABLE LAMP") == ":10\r\n");
    BOOST_TEST(violations(engine.repository).empty());
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_executed_then_it_is_one_record_and_waits_for_it,
                        TransactionFixture) {
    const auto before = engine.journal.appends.load();
    last_of({"MULTI", "ALLOCATE o1 LAMP 1", "ALLOCATE o2 LAMP 99", "SETQTY b1 0"});
    BOOST_TEST(engine.journal.appends == before);
    ask("EXEC");
    BOOST_TEST(engine.journal.appends == before + 1);
    BOOST_TEST(engine.journal.last() == 7U);
    // Commands that only read make no record.
    last_of({"MULTI", "STOCK LAMP", "ALLOCATE o1 NO 1", "EXEC"});
    BOOST_TEST(engine.journal.appends == before + 1);
}

BOOST_AUTO_TEST_CASE(when_its_record_is_not_durable_then_its_reply_is_held) {
    RespFixture<HandJournal> fixture;
    fixture.ask("ADDBATCH b LAMP 10");
    fixture.engine.journal.sync();
    fixture.take();
    fixture.send("MULTI\r\nALLOCATE o1 LAMP 1\r\nALLOCATE o2 LAMP 1\r\n");
    fixture.take();
    fixture.send("EXEC\r\n");
    BOOST_TEST(fixture.take().empty());
    fixture.engine.journal.sync_to(2);
    BOOST_TEST(fixture.take().empty());
    fixture.engine.journal.sync();
    BOOST_TEST(fixture.take() == "*2\r\n+b\r\n+b\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_a_command_is_refused_while_it_is_queued_then_nothing_runs,
                        TransactionFixture) {
    for (const std::string_view wrong : {"FROB",
                                         "ALLOCATE o",
                                         "PING a b",
                                         "ALLOCATE o LAMP 0",
                                         "ALLOCATE o LAMP 1 CHAIR 0",
                                         "ADDBATCH b9 LAMP 1 never",
                                         "SETQTY b1 -1",
                                         "DEALLOCATE o LAMP x",
                                         "RESCHEDULE b1 soon",
                                         "RECEIVE b\x01",
                                         "STOCK b\x01",
                                         "AVAILABLE LAMP soon",
                                         "SHORTAGES LAMP AFTER x",
                                         "SHORTAGES AFTER 1 AFTER",
                                         "EXPLAIN o LAMP 0",
                                         "CONFIG GET",
                                         "PUBSUB NONE",
                                         "COMMAND COUNT x",
                                         "SUBSCRIBE a",
                                         "PSUBSCRIBE a",
                                         "UNSUBSCRIBE",
                                         "PUBLISH allocate x",
                                         "IMPORT BATCH b LAMP",
                                         "IMPORT BATCH b LAMP 1 warehouse",
                                         "EXPORT BATCHES",
                                         "HELLO 3",
                                         "AUTH x",
                                         "CLIENT SETNAME x",
                                         "SNAPSHOT",
                                         "SLOWLOG RESET"}) {
        const auto before = state();
        BOOST_TEST(ask("MULTI") == "+OK\r\n");
        BOOST_TEST(ask("ALLOCATE o1 LAMP 1") == "+QUEUED\r\n");
        BOOST_TEST(ask(wrong).starts_with('-'), wrong);
        BOOST_TEST(ask("ALLOCATE o2 LAMP 1") == "+QUEUED\r\n", wrong);
        BOOST_TEST(ask("EXEC") == aborted, wrong);
        BOOST_TEST(state() == before, wrong);
        BOOST_TEST(ask("EXEC") == "-ERR EXEC without MULTI\r\n");
    }
    BOOST_TEST(ask("MULTI") == "+OK\r\n");
    BOOST_TEST(ask("SUBSCRIBE a") == "-ERR Command not allowed inside a transaction\r\n");
    BOOST_TEST(ask("EXEC now") ==
               "-EXECABORT Transaction discarded because of: ERR wrong number of arguments for "
               "'exec' command: 1, expected none\r\n");
    BOOST_TEST(ask("PING") == "+PONG\r\n");
}

BOOST_FIXTURE_TEST_CASE(
    when_verbs_of_transactions_come_out_of_order_then_they_are_refused_as_in_redis,
    TransactionFixture) {
    BOOST_TEST(ask("EXEC") == "-ERR EXEC without MULTI\r\n");
    BOOST_TEST(ask("DISCARD") == "-ERR DISCARD without MULTI\r\n");
    BOOST_TEST(ask("UNWATCH") == "+OK\r\n");
    BOOST_TEST(ask("MULTI") == "+OK\r\n");
    BOOST_TEST(ask("MULTI") == "-ERR MULTI calls can not be nested\r\n");
    BOOST_TEST(ask("WATCH LAMP") == "-ERR WATCH inside MULTI is not allowed\r\n");
    BOOST_TEST(ask("UNWATCH") == "+QUEUED\r\n");
    BOOST_TEST(ask("PING") == "+QUEUED\r\n");
    BOOST_TEST(ask("EXEC") == "*2\r\n+OK\r\n+PONG\r\n");
    BOOST_TEST(last_of({"MULTI", "EXEC"}) == "*0\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_is_discarded_then_nothing_runs_and_nothing_is_watched,
                        TransactionFixture) {
    for (const std::string_view end : {"DISCARD", "RESET"}) {
        last_of({"WATCH LAMP", "MULTI", "ALLOCATE o1 LAMP 1"});
        BOOST_TEST(ask(end).starts_with('+'));
        BOOST_TEST(!session.transaction().is_queueing());
        BOOST_TEST(session.transaction().watches().empty());
        BOOST_TEST(ask("EXEC") == "-ERR EXEC without MULTI\r\n");
    }
    last_of({"MULTI", "ALLOCATE o1 LAMP 1"});
    BOOST_TEST(ask("QUIT") == "+OK\r\n");
    BOOST_TEST((last_result == RespSession::ExecuteResult::ended));
    BOOST_TEST(engine.journal.last() == 2U);
}

BOOST_FIXTURE_TEST_CASE(
    when_the_transaction_queries_the_storage_then_that_neither_waits_nor_ends_the_unit,
    TransactionFixture) {
    const auto before = engine.journal.appends.load();
    const std::string reply =
        last_of({"MULTI", "ALLOCATE o1 LAMP 1", "FEED 3 BLOCK 0", "INFO nothing", "FEED 2 COUNT 1",
                 "ALLOCATE o2 LAMP 1", "EXEC"});
    // Each FEED replies with a cursor and the facts.
    BOOST_TEST(reply.starts_with("*5\r\n+b1\r\n*2\r\n+"), reply);
    BOOST_TEST(contains(reply, "\r\n*0\r\n$0\r\n\r\n*2\r\n+"), reply);
    BOOST_TEST(contains(reply, "\r\n*1\r\n*4\r\n:2\r\n"), reply);
    BOOST_TEST(reply.ends_with("+b1\r\n"));
    BOOST_TEST(!session.is_waiting());
    BOOST_TEST(engine.journal.appends == before + 1);
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_explains_then_the_plan_sees_the_earlier_commands,
                        TransactionFixture) {
    BOOST_TEST(last_of({"MULTI", "ALLOCATE o1 LAMP 8", "EXPLAIN o2 LAMP 3", "ALLOCATE o3 LAMP 2",
                        "EXEC"}) ==
               "*3\r\n+b1\r\n*2\r\n+o2 LAMP 3: Out of stock for sku LAMP\r\n"
               "+  b1, warehouse, 2 available: too small\r\n+b1\r\n");
    BOOST_TEST(ask("SHORTAGES") == "*0\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_a_client_speaks_version_3_then_it_gets_that_versions_null,
                        TransactionFixture) {
    ask("HELLO 3");
    last_of({"WATCH LAMP", "ALLOCATE o1 LAMP 1", "MULTI", "ALLOCATE o2 LAMP 1"});
    BOOST_TEST(ask("EXEC") == "_\r\n");
    BOOST_TEST(last_of({"MULTI", "ALLOCATE o2 LAMP 1", "EXEC"}) == "*1\r\n+b1\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_a_client_listens_in_version_2_then_it_may_not_begin_one,
                        TransactionFixture) {
    ask("SUBSCRIBE a");
    BOOST_TEST(ask("MULTI").starts_with("-ERR Can't execute 'multi'"));
}

BOOST_FIXTURE_TEST_CASE(when_commands_are_queued_then_they_count_as_calls_once_they_run,
                        TransactionFixture) {
    const auto calls = [&](std::string_view verb) { return context.counted(verb).calls; };
    last_of({"MULTI", "ALLOCATE o1 LAMP 1", "ALLOCATE o2 LAMP 1"});
    BOOST_TEST(calls("ALLOCATE") == 0U);
    ask("EXEC");
    BOOST_TEST(calls("ALLOCATE") == 2U);
    last_of({"MULTI", "ALLOCATE o3 LAMP 1", "DISCARD"});
    BOOST_TEST(calls("ALLOCATE") == 2U);
    BOOST_TEST(calls("MULTI") == 2U);
    BOOST_TEST(calls("EXEC") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

// Transactions that exceed a limit, or run into a failed storage.
#include "tests/net/resp/transaction_fixture.hpp"

namespace {

using allot::ErrorCode;
using allot::test::aborted;
using allot::test::repeated;
using allot::test::TransactionFixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_transaction_beyond_its_bounds)

BOOST_FIXTURE_TEST_CASE(when_the_transaction_has_too_many_commands_then_it_is_refused,
                        TransactionFixture) {
    send("MULTI\r\n" + repeated("PING\r\n", allot::transaction_commands_max));
    while (!take().empty()) execute();
    BOOST_TEST(ask("PING") == "-SYNTAX a transaction has at most 10000 commands\r\n");
    BOOST_TEST(ask("PING") == "+QUEUED\r\n");
    BOOST_TEST(ask("EXEC") == aborted);
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_has_too_many_bytes_then_it_is_refused,
                        TransactionFixture) {
    ask("MULTI");
    const std::string large = "ECHO " + std::string(60'000, 'x');
    std::size_t queued = 0;
    while (ask(large) == "+QUEUED\r\n") ++queued;
    BOOST_TEST(queued == allot::transaction_bytes_max / 60'000);
    BOOST_TEST(context.counters.of(ErrorCode::syntax) == 1U);
    BOOST_TEST(ask("EXEC") == aborted);
}

BOOST_FIXTURE_TEST_CASE(when_commands_are_queued_then_their_memory_is_the_clients,
                        TransactionFixture) {
    ask("MULTI");
    const std::size_t before = context.usage.buffer_bytes;
    for (int i = 0; i < 8; ++i) ask("ECHO " + std::string(50'000, 'x'));
    BOOST_TEST(context.usage.buffer_bytes > before + 400'000);
    ask("FROB");
    BOOST_TEST(context.usage.buffer_bytes <
               before + 200'000);  // the refused transaction is dropped
    ask("DISCARD");
    for (int i = 0; i < 500; ++i) ask("WATCH sku-" + std::to_string(i));
    const std::size_t watching = context.usage.buffer_bytes;
    ask("UNWATCH");
    BOOST_TEST(context.usage.buffer_bytes + 500 * sizeof(allot::Sku) < watching);
}

BOOST_FIXTURE_TEST_CASE(when_the_replies_would_be_too_large_then_the_transaction_is_undone,
                        TransactionFixture) {
    const auto before = state();
    ask("MULTI");
    ask("ALLOCATE o1 LAMP 1");
    for (int i = 0; i < 14; ++i) ask("ECHO " + std::string(60'000, 'x'));
    ask("ALLOCATE o2 LAMP 99");
    BOOST_TEST(ask("EXEC") ==
               "-EXECABORT Transaction discarded because of: its replies would have more than "
               "786432 bytes; nothing has changed\r\n");
    BOOST_TEST(state() == before);
    BOOST_TEST(engine.journal.last() == 2U);
    BOOST_TEST(ask("ALLOCATE o1 LAMP 1") == "+b1\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_transaction_would_record_too_many_facts_then_it_is_undone,
                        TransactionFixture) {
    ask("ADDBATCH big BIG 1000000");
    std::string order = "ALLOCATE big";
    for (int units = 1; units <= 1'000; ++units) order += " BIG " + std::to_string(units);
    ask(order);
    ask("ADDBATCH other BIG 1000000");
    const auto before = state();
    const auto last = engine.journal.last();
    ask("MULTI");
    for (int i = 0; i < 30; ++i) {  // each moves all lines, there and back
        ask("SETQTY big 0");
        ask("SETQTY big 1000000");
        ask("SETQTY other 0");
        ask("SETQTY other 1000000");
    }
    BOOST_TEST(ask("EXEC") ==
               "-EXECABORT Transaction discarded because of: it would record more than 100000 "
               "facts; nothing has changed\r\n");
    BOOST_TEST(state() == before);
    BOOST_TEST(engine.journal.last() == last);
}

BOOST_FIXTURE_TEST_CASE(when_the_journal_refuses_the_unit_then_nothing_has_changed,
                        TransactionFixture) {
    const auto before = state();
    engine.journal.unit_facts_max = 1;
    BOOST_TEST(last_of({"MULTI", "ALLOCATE o1 LAMP 1", "ALLOCATE o2 LAMP 1", "EXEC"}) ==
               "-ERR the command failed: unit too large\r\n");
    BOOST_TEST(state() == before);
    engine.journal.unit_facts_max = 0;
    BOOST_TEST(ask("ALLOCATE o3 LAMP 1") == "+b1\r\n");  // a unit of its own again
    last_of({"MULTI", "ALLOCATE o1 LAMP 1"});
    engine.journal.fail();
    BOOST_TEST(ask("EXEC") == "-READONLY the storage has failed; nothing has changed\r\n");
    BOOST_TEST(ask("AVAILABLE LAMP") == ":9\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_storage_has_failed_then_only_commands_without_storage_run,
                        TransactionFixture) {
    last_of({"MULTI", "ALLOCATE o1 LAMP 1"});
    context.store.failed = true;
    const std::string failed =
        "-EXECABORT Transaction discarded because of: READONLY the storage has failed";
    BOOST_TEST(ask("EXEC").starts_with(failed));
    BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*1\r\n+PONG\r\n");
    BOOST_TEST(last_of({"MULTI", "STOCK LAMP", "EXEC"}).starts_with(failed));
    BOOST_TEST(last_of({"MULTI", "ALLOCATE o1 LAMP 1", "EXEC"}) == aborted);
}

BOOST_AUTO_TEST_SUITE_END()

// WATCH and UNWATCH.
#include "tests/net/resp/transaction_fixture.hpp"

namespace {

using allot::test::aborted;
using allot::test::contains;
using allot::test::HandJournal;
using allot::test::OtherClient;
using allot::test::RespFixture;
using allot::test::TransactionFixture;

}  // namespace

BOOST_AUTO_TEST_SUITE(given_a_client_that_watches)

BOOST_FIXTURE_TEST_CASE(when_the_stock_of_a_sku_changes_then_its_next_transaction_is_not_run,
                        TransactionFixture) {
    OtherClient other{*this};
    for (const std::string_view change :
         {"ALLOCATE o LAMP 1", "ADDBATCH b3 LAMP 1", "SETQTY b3 2", "RESCHEDULE b3 2031-01-01",
          "RECEIVE b3", "DEALLOCATE o"}) {
        BOOST_TEST(ask("WATCH CHAIR LAMP") == "+OK\r\n");
        other.ask(change);
        const auto before = state();
        BOOST_TEST(last_of({"MULTI", "ALLOCATE mine LAMP 1", "EXEC"}) == "*-1\r\n", change);
        BOOST_TEST(state() == before, change);
        BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*1\r\n+PONG\r\n");  // watched once
    }
}

BOOST_FIXTURE_TEST_CASE(when_no_watched_sku_changes_then_the_transaction_runs, TransactionFixture) {
    OtherClient other{*this};
    for (const std::string_view change :
         {"ALLOCATE o CHAIR 1", "ALLOCATE o LAMP 99", "DEALLOCATE o LAMP 99", "EXPLAIN o LAMP 1",
          "ADDBATCH b1 LAMP 10", "RECEIVE b1"}) {
        ask("WATCH LAMP");
        other.ask(change);
        BOOST_TEST(last_of({"MULTI", "AVAILABLE LAMP", "EXEC"}) == "*1\r\n:10\r\n", change);
    }
}

BOOST_FIXTURE_TEST_CASE(when_a_sku_is_new_then_its_first_batch_is_a_change, TransactionFixture) {
    OtherClient other{*this};
    ask("WATCH NEW");
    BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*1\r\n+PONG\r\n");
    ask("WATCH NEW");
    other.ask("ADDBATCH n NEW 1");
    BOOST_TEST(last_of({"MULTI", "ALLOCATE o NEW 1", "EXEC"}) == "*-1\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_client_changes_the_sku_itself_before_then_that_counts,
                        TransactionFixture) {
    last_of({"WATCH LAMP", "ALLOCATE o LAMP 1"});
    BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*-1\r\n");
    // Watching a SKU again keeps the version of the first watch.
    last_of({"WATCH LAMP", "ALLOCATE p LAMP 1", "WATCH LAMP"});
    BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*-1\r\n");
}

BOOST_FIXTURE_TEST_CASE(when_the_client_watches_no_more_then_nothing_counts, TransactionFixture) {
    OtherClient other{*this};
    for (const std::string_view end : {"UNWATCH", "RESET"}) {
        ask("WATCH LAMP");
        other.ask("DEALLOCATE o");
        other.ask("ALLOCATE o LAMP 1");
        ask(end);
        BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*1\r\n+PONG\r\n");
    }
    for (const std::string_view end : {"DISCARD", "EXEC"}) {
        last_of({"WATCH LAMP", "MULTI", "FROB"});
        other.ask("DEALLOCATE o");
        other.ask("ALLOCATE o LAMP 1");
        ask(end);
        BOOST_TEST(last_of({"MULTI", "PING", "EXEC"}) == "*1\r\n+PONG\r\n");
    }
}

BOOST_FIXTURE_TEST_CASE(when_the_client_was_also_refused_then_the_reply_is_that_error,
                        TransactionFixture) {
    last_of({"WATCH LAMP", "ALLOCATE o LAMP 1", "MULTI", "FROB"});
    BOOST_TEST(ask("EXEC") == aborted);
}

BOOST_FIXTURE_TEST_CASE(when_a_name_is_invalid_or_there_are_too_many_then_none_is_watched,
                        TransactionFixture) {
    BOOST_TEST(ask("WATCH LAMP no\x01name").starts_with("-BADNAME"));
    BOOST_TEST(session.transaction().watches().empty());
    std::string many = "WATCH";
    for (std::size_t i = 0; i < allot::watched_skus_max; ++i) many += " sku-" + std::to_string(i);
    BOOST_TEST(ask(many) == "+OK\r\n");
    BOOST_TEST(ask(many) == "+OK\r\n");
    BOOST_TEST(ask("WATCH LAMP") ==
               "-SYNTAX a client watches at most 1000 SKUs: cannot add LAMP\r\n");
    BOOST_TEST(session.transaction().watches().size() == allot::watched_skus_max);
}

BOOST_AUTO_TEST_CASE(when_the_change_it_saw_is_not_durable_then_its_null_is_held) {
    RespFixture<HandJournal> fixture;
    fixture.ask("ADDBATCH b LAMP 10");
    fixture.ask("WATCH LAMP");
    fixture.ask("ALLOCATE o LAMP 1");
    fixture.engine.journal.sync_to(1);
    BOOST_TEST(fixture.take() == "+OK\r\n+OK\r\n");
    fixture.send("MULTI\r\nPING\r\nEXEC\r\n");
    BOOST_TEST(!contains(fixture.take(), "*-1"));
    fixture.engine.journal.sync();
    BOOST_TEST(fixture.take().ends_with("*-1\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

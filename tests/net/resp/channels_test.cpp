// Channels: subscriptions, and messages about facts once they are durable.

#include "net/core/pub_sub.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "net/core/fact_view.hpp"
#include "tests/net/transport/listening.hpp"

namespace {

using allot::RespSession;
using allot::test::bulk;
using allot::test::HandJournal;
using allot::test::ListeningFixture;
using allot::test::message;
using allot::test::RespFixture;
using allot::test::with_position;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_session_with_subscriptions, ListeningFixture)

BOOST_AUTO_TEST_CASE(when_the_session_subscribes_then_each_channel_is_confirmed) {
    BOOST_TEST(
        ask("SUBSCRIBE a b a") ==
        "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
        "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:2\r\n");
    BOOST_TEST(ask("PSUBSCRIBE a*") == "*3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:3\r\n");
    BOOST_TEST(ask("UNSUBSCRIBE") ==
               "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n"
               "*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n");
    BOOST_TEST(ask("PUNSUBSCRIBE a* x") ==
               "*3\r\n$12\r\npunsubscribe\r\n$2\r\na*\r\n:0\r\n"
               "*3\r\n$12\r\npunsubscribe\r\n$1\r\nx\r\n:0\r\n");
    BOOST_TEST(ask("UNSUBSCRIBE") == "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");
    BOOST_TEST(fixture.context.pub_sub.empty());
}

BOOST_AUTO_TEST_CASE(when_stock_changes_then_it_gets_these_changes_and_no_earlier_ones) {
    ask("SUBSCRIBE line_allocated out_of_stock batch_quantity_changed line_deallocated");
    BOOST_TEST(delivered().empty());
    fixture.ask("ALLOCATE o1 SKU 7");
    fixture.ask("ALLOCATE o2 SKU 99");
    fixture.ask("ADDBATCH b3 OTHER 1");  // no client subscribes to that
    BOOST_TEST(
        delivered() ==
        message("line_allocated", R"({"order":"o1","sku":"SKU","quantity":7,"batch":"b1"})", 3) +
            message("out_of_stock", R"({"order":"o2","sku":"SKU","quantity":99})", 4));
    BOOST_TEST(publish("change_batch_quantity", R"({"batchref":"b1","qty":5})") == ":0\r\n");
    BOOST_TEST(
        delivered() ==
        message("line_deallocated",
                R"({"order":"o1","sku":"SKU","quantity":7,"batch":"b1","allocated_at":3})", 6) +
            message("batch_quantity_changed", R"({"batch":"b1","sku":"SKU","from":10,"to":5})", 7) +
            message("line_allocated",
                    R"({"order":"o1","sku":"SKU","quantity":7,"batch":"b2","since":3})", 8));
}

BOOST_AUTO_TEST_CASE(when_pubsub_is_queried_then_names_and_patterns_are_counted) {
    BOOST_TEST(fixture.ask("PUBSUB CHANNELS") == "*0\r\n");
    ask("SUBSCRIBE b a");
    ask("PSUBSCRIBE a* x");
    fixture.ask("SUBSCRIBE a");
    fixture.ask("UNSUBSCRIBE a");
    BOOST_TEST(fixture.ask("PUBSUB CHANNELS") == "*2\r\n" + bulk("a") + bulk("b"));
    BOOST_TEST(fixture.ask("pubsub channels [^a]*") == "*1\r\n" + bulk("b"));
    BOOST_TEST(fixture.ask("PUBSUB NUMSUB a c") ==
               "*4\r\n" + bulk("a") + ":1\r\n" + bulk("c") + ":0\r\n");
    BOOST_TEST(fixture.ask("PUBSUB NUMSUB") == "*0\r\n");
    BOOST_TEST(fixture.ask("PUBSUB NUMPAT") == ":2\r\n");
    BOOST_TEST(fixture.ask("PUBSUB SHARDCHANNELS").starts_with("-ERR unknown subcommand"));
    BOOST_TEST(fixture.ask("PUBSUB NUMPAT x").starts_with("-ERR wrong number of arguments"));
}

BOOST_AUTO_TEST_CASE(when_version_3_is_spoken_then_messages_are_pushed_and_commands_still_run) {
    ask("HELLO 3");
    BOOST_TEST(ask("PSUBSCRIBE batch_*") == ">3\r\n$10\r\npsubscribe\r\n$7\r\nbatch_*\r\n:1\r\n");
    BOOST_TEST(ask("ADDBATCH 'b\"3' OTHER 1") == "+OK\r\n");
    BOOST_TEST(
        delivered() ==
        ">4\r\n$8\r\npmessage\r\n$7\r\nbatch_*\r\n$11\r\nbatch_added\r\n" +
            bulk(with_position(R"({"batch":"b\"3","sku":"OTHER","quantity":1,"eta":null})", 3)));
    BOOST_TEST(ask("PUBLISH batch_hello hi") ==
               ">4\r\n$8\r\npmessage\r\n$7\r\nbatch_*\r\n$11\r\nbatch_hello\r\n$2\r\nhi\r\n:1\r\n");
}

BOOST_AUTO_TEST_CASE(when_version_2_is_spoken_then_it_may_only_listen) {
    ask("SUBSCRIBE a");
    BOOST_TEST(ask("ALLOCATE o SKU 1").starts_with("-ERR Can't execute 'allocate': only"));
    BOOST_TEST(ask("PUBLISH a b").starts_with("-ERR Can't execute"));
    BOOST_TEST(ask("PING") == "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    BOOST_TEST(ask("PING x") == "*2\r\n$4\r\npong\r\n$1\r\nx\r\n");
    BOOST_TEST(ask("RESET") == "+RESET\r\n");
    BOOST_TEST(ask("ALLOCATE o SKU 1") == "+b1\r\n");
    BOOST_TEST(fixture.context.pub_sub.empty());
}

BOOST_AUTO_TEST_CASE(when_a_reply_waits_for_the_disk_then_a_message_to_itself_does_not_free_it) {
    RespFixture<HandJournal> lagging;
    lagging.send("HELLO 3\r\nSUBSCRIBE a\r\n");
    (void)lagging.take();
    lagging.send("ADDBATCH b SKU 10\r\nPUBLISH a hi\r\n");
    BOOST_TEST(lagging.take().empty());
    lagging.engine.journal.sync();
    BOOST_TEST(lagging.take().starts_with("+OK\r\n>3\r\n"));
}

BOOST_AUTO_TEST_CASE(when_a_fact_is_not_durable_then_no_subscriber_gets_it) {
    RespFixture<HandJournal> lagging;
    RespSession listener{lagging.context, "test:2"};
    (void)listener.subscriptions().add(allot::PubSub::Kind::channel, "batch_added");
    lagging.send("ADDBATCH b SKU 10\r\n");
    lagging.context.pub_sub.deliver(100);
    BOOST_TEST(listener.output().empty());
    lagging.engine.journal.sync();
    lagging.context.pub_sub.deliver(100);
    BOOST_TEST(!listener.output().empty());
}

BOOST_AUTO_TEST_CASE(when_patterns_match_no_channel_of_facts_then_no_fact_is_looked_at) {
    ask("PSUBSCRIBE *q line_?");
    ask("SUBSCRIBE allocate");
    BOOST_TEST(!fixture.context.pub_sub.has_fact_subscribers());
    ask("PSUBSCRIBE batch_*");
    BOOST_TEST(fixture.context.pub_sub.has_fact_subscribers());
    ask("SUBSCRIBE batch_added");
    fixture.ask("ADDBATCH b3 OTHER 1");
    const std::string text =
        with_position(R"({"batch":"b3","sku":"OTHER","quantity":1,"eta":null})", 3);
    BOOST_TEST(delivered() == "*4\r\n" + bulk("pmessage") + bulk("batch_*") + bulk("batch_added") +
                                  bulk(text) + message("batch_added", text));
    ask("PUNSUBSCRIBE batch_*");
    fixture.ask("ADDBATCH b4 OTHER 1");
    BOOST_TEST(delivered() == message("batch_added",
                                      R"({"batch":"b4","sku":"OTHER","quantity":1,"eta":null})",
                                      4));
    ask("UNSUBSCRIBE");
    BOOST_TEST(!fixture.context.pub_sub.has_fact_subscribers());
    fixture.ask("ADDBATCH b5 OTHER 1");
    ask("SUBSCRIBE batch_added");  // what happened before is not received
    BOOST_TEST(delivered().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_channels_of_facts)

BOOST_AUTO_TEST_CASE(when_a_fact_has_a_channel_then_clients_may_not_publish_there) {
    const allot::OrderLine line{"o", "SKU", 1};
    for (const allot::Fact& fact :
         {allot::Fact{allot::BatchAdded{"SKU", "b", 1, allot::Eta::warehouse()}},
          allot::Fact{allot::BatchQuantityChanged{"SKU", "b", 1, 2}},
          allot::Fact{allot::BatchRescheduled{"SKU", "b", allot::Eta::warehouse(), "2011-01-02"}},
          allot::Fact{allot::LineAllocated{line, "b"}},
          allot::Fact{allot::LineDeallocated{line, "b", 1}},
          allot::Fact{allot::OutOfStock{line}}}) {
        BOOST_TEST(allot::is_fact_channel(allot::view_of(fact).event));
    }
    BOOST_TEST(!allot::is_fact_channel("allocate"));
}

BOOST_AUTO_TEST_SUITE_END()

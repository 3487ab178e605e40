// The limits of channels: subscriptions, messages delivered at once, and unread messages.

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "net/core/pub_sub.hpp"
#include "tests/net/transport/listening.hpp"

namespace {

using allot::DisconnectReason;
using allot::RespSession;
using allot::test::framed;
using allot::test::ListeningFixture;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_session_with_subscriptions, ListeningFixture)

BOOST_AUTO_TEST_CASE(when_a_server_has_all_its_patterns_then_the_next_is_refused) {
    for (int i = 0; i < 600; ++i) {
        (void)session.subscriptions().add(allot::PubSub::Kind::pattern, "a" + std::to_string(i));
    }
    RespSession second{fixture.context, "test:second"};
    for (int i = 0; i < 400; ++i) {
        (void)second.subscriptions().add(allot::PubSub::Kind::pattern, "b" + std::to_string(i));
    }
    BOOST_TEST(ask("PSUBSCRIBE x*") ==
               "-SYNTAX a server has at most 1000 patterns, those of all its clients: "
               "cannot add 'x*'\r\n");
    BOOST_TEST(ask("PSUBSCRIBE b0").ends_with(":601\r\n"));  // there already
    BOOST_TEST(ask("SUBSCRIBE x").ends_with(":602\r\n"));
    second.subscriptions().remove(allot::PubSub::Kind::pattern, "b1");
    BOOST_TEST(ask("PSUBSCRIBE x*").ends_with(":603\r\n"));
}

BOOST_AUTO_TEST_CASE(when_the_session_subscribes_to_too_much_then_it_gets_an_error) {
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST(session.subscriptions().add(allot::PubSub::Kind::channel, std::to_string(i)));
    }
    BOOST_TEST(ask("SUBSCRIBE more") ==
               "-SYNTAX a client has at most 1000 subscriptions: cannot add 'more'\r\n");
    BOOST_TEST(ask("SUBSCRIBE " + std::string(257, 'x'))
                   .ends_with("': expected at most 256 bytes, not 257\r\n"));
    BOOST_TEST(session.buffer_bytes() > 256'000U);
}

BOOST_AUTO_TEST_CASE(when_the_name_of_a_channel_is_too_long_then_nothing_is_tried_against_it) {
    const std::string long_name(257, 'a');
    const std::string why = "-SYNTAX invalid channel name '" + std::string(128, 'a') +
                            "...': expected at most 256 bytes, not 257\r\n";
    BOOST_TEST(publish(long_name, "x") == why);
    BOOST_TEST(publish(std::string(256, 'a'), "x") == ":0\r\n");
    BOOST_TEST(fixture.ask("PUBSUB CHANNELS " + long_name) == why);
}

BOOST_AUTO_TEST_CASE(when_the_session_gets_its_own_message_then_that_is_not_part_of_the_reply) {
    ask("HELLO 3");
    for (int i = 1; i <= 14; ++i) ask("PSUBSCRIBE add_batch" + std::string(i, '*'));
    const std::string batch =
        R"({"ref":"own","sku":"SKU","qty":1)" + std::string(60'000, ' ') + "}";
    const std::string request = framed({"PUBLISH", "add_batch", batch});
    const std::string received =
        output_after(request, session, fixture.context, fixture.engine.journal);
    BOOST_TEST(received.size() > 14 * batch.size());
    BOOST_TEST(received.ends_with("\r\n:14\r\n"));
    BOOST_TEST(received.find("-ERR") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_there_are_many_patterns_then_a_slice_ends_with_each_publish) {
    const std::string request = framed({"PUBLISH", "x", "hi"});
    const auto slices = [&] {
        const auto buffer = fixture.session.prepare();
        const std::string three = request + request + request;
        fixture.session.received(three.copy(buffer.data(), buffer.size()));
        int count = 1;
        while (fixture.session.execute() == RespSession::ExecuteResult::yield) ++count;
        return count;
    };
    for (int i = 0; i < 16; ++i) ask("PSUBSCRIBE p" + std::to_string(i));
    BOOST_TEST(slices() == 1);
    ask("PSUBSCRIBE q");
    BOOST_TEST(slices() == 4);
    BOOST_TEST(fixture.take() == ":0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n");
}

BOOST_AUTO_TEST_CASE(when_many_bytes_are_delivered_then_the_slice_ends_with_the_publish) {
    ask("SUBSCRIBE big");
    const auto slices = [&](std::size_t bytes) {
        fixture.context.limits.output_pause_bytes = fixture.context.limits.output_bytes_max =
            10'000'000;
        const std::string request = framed({"PUBLISH", "big", std::string(bytes, 'x')});
        int count = 1;
        for (const std::string& each : {request, request}) {
            std::string_view left = each;
            while (!left.empty()) allot::test::receive_some(fixture.session, left);
        }
        while (fixture.session.execute() == RespSession::ExecuteResult::yield) ++count;
        return count;
    };
    std::vector<std::unique_ptr<RespSession>> more;
    for (int i = 0; i < 9; ++i) {
        more.push_back(std::make_unique<RespSession>(fixture.context, "test:more"));
        BOOST_TEST(more.back()->subscriptions().add(allot::PubSub::Kind::channel, "big"));
    }
    BOOST_TEST(slices(26'000) == 1);
    BOOST_TEST(slices(27'000) == 3);
}

BOOST_AUTO_TEST_CASE(when_there_are_very_many_subscribers_then_fewer_facts_are_delivered_at_once) {
    std::vector<std::unique_ptr<RespSession>> more;
    for (int i = 0; i < 1'000; ++i) {
        more.push_back(std::make_unique<RespSession>(fixture.context, "test:more"));
        BOOST_TEST(more.back()->subscriptions().add(allot::PubSub::Kind::channel, "batch_added"));
    }
    for (int i = 3; i < 103; ++i) fixture.ask("ADDBATCH b" + std::to_string(i) + " SKU 10");
    fixture.context.pub_sub.deliver(256);
    BOOST_TEST(fixture.context.pub_sub.delivered() == 65'000U);
    BOOST_TEST(fixture.context.pub_sub.has_facts());
    fixture.context.pub_sub.deliver(256);
    BOOST_TEST(fixture.context.pub_sub.delivered() == 100'000U);
}

BOOST_AUTO_TEST_CASE(when_the_session_reads_no_messages_then_it_is_closed_and_others_continue) {
    ask("SUBSCRIBE big");
    const std::string text(60'000, 'x');
    for (int i = 0; i < 20 && !session.is_disconnected(); ++i) {
        fixture.send(framed({"PUBLISH", "big", text}));
        (void)fixture.take();
    }
    BOOST_TEST(session.is_disconnected());
    BOOST_TEST(fixture.context.counters.of(DisconnectReason::output_limit) == 1U);
    BOOST_TEST(fixture.ask("AVAILABLE SKU") == ":20\r\n");
}

BOOST_AUTO_TEST_CASE(when_the_session_reads_no_facts_then_it_is_closed) {
    ask("SUBSCRIBE batch_added");
    fixture.context.limits.output_bytes_max = 2'000;
    RespSession other{fixture.context, "test:other"};
    int calls = 0;
    other.on_output([&] { ++calls; });
    BOOST_TEST(other.subscriptions().add(allot::PubSub::Kind::pattern, "*"));
    const std::size_t message_bytes_max = 300;
    for (int i = 3; i < 60; ++i) {
        fixture.ask("ADDBATCH b" + std::to_string(i) + " SKU 10");
        if (i % 3 == 0) fixture.context.pub_sub.deliver(100);
        if (i % 3 == 0) (void)allot::test::released(other.output(), fixture.engine.journal);
        BOOST_TEST(session.output().bytes() < 2'000 + message_bytes_max);
    }
    BOOST_TEST(session.is_disconnected());
    BOOST_TEST(!other.is_disconnected());
    BOOST_TEST(calls == 19);  // once for all messages of each time
    BOOST_TEST(fixture.context.counters.of(DisconnectReason::output_limit) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

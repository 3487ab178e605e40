#include "net/channels.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "net/fact_parts.hpp"
#include "tests/net/test_server.hpp"

namespace {

using allot::Drop;
using allot::Session;
using allot::test::Desk;
using allot::test::eventually;
using allot::test::framed;
using allot::test::HandJournal;
using allot::test::TestClient;
using allot::test::TestServer;

std::string bulk(std::string_view text) {
    return "$" + std::to_string(text.size()) + "\r\n" + std::string{text} + "\r\n";
}
std::string message(std::string_view channel, std::string_view text) {
    return "*3\r\n" + bulk("message") + bulk(channel) + bulk(text);
}

/// A session that listens, beside a desk's own, which works.
struct ListeningFixture {
    ListeningFixture() {
        desk.engine.journal.sync_at_once();
        desk.ask("ADDBATCH b1 SKU 10");
        desk.ask("ADDBATCH b2 SKU 10 2011-01-02");
    }
    std::string ask(std::string line) {
        line += "\r\n";
        line.copy(session.prepare().data(), line.size());
        session.received(line.size());
        session.execute();
        desk.hub.end_round();
        return take();
    }
    std::string take() { return allot::test::released(session.output(), desk.engine.journal); }
    /// What it hears of the facts there are.
    std::string hear() {
        desk.hub.channels.deliver(100);
        return take();
    }
    std::string publish(std::string_view channel, std::string_view text) {
        desk.send(framed({"PUBLISH", channel, text}));
        return desk.take();
    }
    Desk<HandJournal> desk;
    Session session{desk.hub, "test:listener"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_session_that_listens, ListeningFixture)

BOOST_AUTO_TEST_CASE(when_it_subscribes_then_each_channel_is_confirmed) {
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
    BOOST_TEST(desk.hub.channels.empty());
}

BOOST_AUTO_TEST_CASE(when_stock_changes_then_it_is_told_and_of_nothing_before) {
    ask("SUBSCRIBE line_allocated out_of_stock batch_quantity_changed line_deallocated");
    BOOST_TEST(hear().empty());
    desk.ask("ALLOCATE o1 SKU 7");
    desk.ask("ALLOCATE o2 SKU 99");
    desk.ask("ADDBATCH b3 OTHER 1");  // nobody listens to that
    BOOST_TEST(hear() == message("line_allocated",
                                 R"({"orderid":"o1","sku":"SKU","qty":7,"batchref":"b1"})") +
                             message("out_of_stock", R"({"orderid":"o2","sku":"SKU","qty":99})"));
    BOOST_TEST(publish("change_batch_quantity", R"({"batchref":"b1","qty":5})") == ":0\r\n");
    BOOST_TEST(
        hear() ==
        message("line_deallocated",
                R"({"orderid":"o1","sku":"SKU","qty":7,"batchref":"b1","allocated_at":3})") +
            message("batch_quantity_changed", R"({"batchref":"b1","sku":"SKU","from":10,"to":5})") +
            message("line_allocated", R"({"orderid":"o1","sku":"SKU","qty":7,"batchref":"b2"})"));
}

BOOST_AUTO_TEST_CASE(when_it_is_asked_who_listens_then_names_and_patterns_are_counted) {
    BOOST_TEST(desk.ask("PUBSUB CHANNELS") == "*0\r\n");
    ask("SUBSCRIBE b a");
    ask("PSUBSCRIBE a* x");
    desk.ask("SUBSCRIBE a");
    desk.ask("UNSUBSCRIBE a");
    BOOST_TEST(desk.ask("PUBSUB CHANNELS") == "*2\r\n" + bulk("a") + bulk("b"));
    BOOST_TEST(desk.ask("pubsub channels [^a]*") == "*1\r\n" + bulk("b"));
    BOOST_TEST(desk.ask("PUBSUB NUMSUB a c") ==
               "*4\r\n" + bulk("a") + ":1\r\n" + bulk("c") + ":0\r\n");
    BOOST_TEST(desk.ask("PUBSUB NUMSUB") == "*0\r\n");
    BOOST_TEST(desk.ask("PUBSUB NUMPAT") == ":2\r\n");
    BOOST_TEST(desk.ask("PUBSUB SHARDCHANNELS").starts_with("-ERR unknown subcommand"));
    BOOST_TEST(desk.ask("PUBSUB NUMPAT x").starts_with("-ERR wrong number of arguments"));
}

BOOST_AUTO_TEST_CASE(when_messages_are_bad_then_the_operator_is_told_of_some_and_of_how_many) {
    std::vector<std::string> told;
    desk.hub.warnings =
        allot::BoundedWarnings{[&](std::string_view text) { told.emplace_back(text); }};
    desk.hub.now += std::chrono::hours{1};
    publish("allocate", R"({"orderid":"o","sku":"SKU","qty":99})");  // refused, and no mistake
    publish("allocate", R"({"orderid":"o","sku":"SKU","qty":0})");
    publish("add_batch", "{\r\n\x1b[2J");
    BOOST_REQUIRE(told.size() == 2U);
    BOOST_TEST(
        told[0].starts_with("a message that is no command was published: channel allocate, "
                            "by test:1, BADQTY no message for allocate, field qty: '0' is no "));
    BOOST_TEST(told[1].ends_with(R"(it is '{\x0d\x0a\x1b[2J')"), told[1]);
    for (int i = 0; i < 100; ++i) publish("allocate", "{");
    BOOST_TEST(told.size() == allot::BoundedWarnings::lines_max);
    desk.hub.now += std::chrono::minutes{1};
    publish("allocate", "{");
    BOOST_REQUIRE(told.size() == allot::BoundedWarnings::lines_max + 1);
    BOOST_TEST(told.back().ends_with("(92 before it were not logged)"), told.back());
}

BOOST_AUTO_TEST_CASE(when_version_3_is_spoken_then_messages_are_pushed_and_commands_go_on) {
    ask("HELLO 3");
    BOOST_TEST(ask("PSUBSCRIBE batch_*") == ">3\r\n$10\r\npsubscribe\r\n$7\r\nbatch_*\r\n:1\r\n");
    BOOST_TEST(ask("ADDBATCH 'b\"3' OTHER 1") == "+OK\r\n");
    BOOST_TEST(hear() == ">4\r\n$8\r\npmessage\r\n$7\r\nbatch_*\r\n$11\r\nbatch_added\r\n" +
                             bulk(R"({"batchref":"b\"3","sku":"OTHER","qty":1,"eta":null})"));
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
    BOOST_TEST(desk.hub.channels.empty());
}

BOOST_AUTO_TEST_CASE(when_messages_are_commands_then_they_are_executed_or_refused_with_the_reason) {
    ask("SUBSCRIBE allocate");
    const std::string order = R"({"orderid":"o1","sku":"SKU","qty":2})";
    BOOST_TEST(publish("allocate", order) == ":1\r\n");
    BOOST_TEST(take() == message("allocate", order));
    BOOST_TEST(desk.ask("ALLOCATIONS o1") == "*1\r\n*3\r\n+SKU\r\n:2\r\n+b1\r\n");
    BOOST_TEST(publish("add_batch", R"({"ref":"n1","sku":"NEW","qty":1,"eta":"2011-01-02"})") ==
               ":0\r\n");
    BOOST_TEST(publish("add_batch", R"({"ref":"n2","sku":"NEW","qty":1,"eta":null})") == ":0\r\n");
    BOOST_TEST(
        desk.ask("STOCK NEW") ==
        "*2\r\n*4\r\n+n2\r\n+warehouse\r\n:1\r\n:1\r\n*4\r\n+n1\r\n+2011-01-02\r\n:1\r\n:1\r\n");
    const auto last = desk.engine.journal.last();
    for (const auto& [channel, text, why] : {
             std::tuple{"allocate", R"({"orderid":"o9","sku":"NOPE","qty":2})", "-INVALIDSKU "},
             {"allocate", R"({"orderid":"o9","sku":"SKU","qty":0})", "-BADQTY "},
             {"allocate", R"({"orderid":"o 9","sku":"SKU","qty":1})", "-BADNAME "},
             {"allocate", R"({"orderid":"o9","sku":"SKU","qty":"1"})", "-BADQTY "},
             {"allocate", R"({"orderid":"o9","sku":"SKU","qty":1.5})", "-BADQTY "},
             {"allocate", R"({"orderid":"o9","sku":"SKU"})", "-SYNTAX "},
             {"allocate", R"({"orderid":"o9","sku":"SKU","qty":1,"x":1})", "-SYNTAX "},
             {"allocate", R"({"orderid":)", "-SYNTAX "},
             {"allocate", "\xff\r\n+OK", "-SYNTAX "},
             {"allocate", "[]", "-SYNTAX "},
             {"add_batch", R"({"ref":"n3","sku":"NEW","qty":1,"eta":"2011-02-30"})", "-BADDATE "},
             {"change_batch_quantity", R"({"batchref":"nope","qty":5})", "-NOSUCHBATCH "},
             {"change_batch_quantity", R"({"batchref":"b1","qty":-5})", "-BADQTY "},
             {"line_allocated", "{}", "-ERR only the store itself publishes"},
         }) {
        const std::string reply = publish(channel, text);
        BOOST_TEST(reply.starts_with(why), text << " gave " << reply);
        BOOST_TEST(reply.find("\r\n") == reply.size() - 2, text);
    }
    BOOST_TEST(desk.engine.journal.last() == last);
    BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_CASE(when_a_message_breaks_a_rule_then_field_value_and_rule_are_named_escaped) {
    const auto whole = [](std::string_view code, std::string_view rest) {
        return "-" + std::string{code} + " no message for add_batch" + std::string{rest};
    };
    const std::string name_rule =
        ": it has 1 to 64 bytes of UTF-8, without white space and control characters\r\n";
    const std::string quantity_rule =
        " is no quantity: it is a whole number from 1 to 1000000000, in digits only\r\n";
    const std::string day_rule =
        " is no day: it is YYYY-MM-DD of the calendar, years 0001 to 9999, or warehouse\r\n";
    const std::string known = ": there is no such field here, only ref, sku, qty and eta\r\n";
    for (const auto& [text, expected] : {
             std::pair{std::string{R"({"sku":"S","qty":1})"},
                       whole("SYNTAX", ", field ref: the field is missing\r\n")},
             {R"({"ref":"b","sku":"S","qty":1,"colour":"red"})",
              whole("SYNTAX", ", field colour" + known)},
             {R"({"ref":"b","sku":"S","qty":1,"a\r\n+OK\u001b[2J":1})",
              whole("SYNTAX", ", field a\\x0d\\x0a+OK\\x1b[2J" + known)},
             {R"({"ref":"b","sku":"S","qty":1,"qty":2})",
              whole("SYNTAX", ", field qty: a field comes twice in one object\r\n")},
             {R"({"ref":"b\r\n","sku":"S","qty":1})",
              whole("BADNAME", ", field ref: 'b\\x0d\\x0a' is no batch reference" + name_rule)},
             {R"({"ref":"b","sku":7,"qty":1})",
              whole("BADNAME", ", field sku: '7' is no SKU" + name_rule)},
             {R"({"ref":"b","sku":"S","qty":"1"})",
              whole("BADQTY", ", field qty: '\"1\"'" + quantity_rule)},
             {R"({"ref":"b","sku":"S","qty":0})",
              whole("BADQTY", ", field qty: '0'" + quantity_rule)},
             {R"({"ref":"b","sku":"S","qty":1,"eta":"soon"})",
              whole("BADDATE", ", field eta: 'soon'" + day_rule)},
             {R"({"ref":"b","sku":"S","qty":1,"eta":{"\u0007":[]}})",
              whole("BADDATE", ", field eta: '{\"\\x5cu0007\":[]}'" + day_rule)},
             {"[\"\xff\"]", whole("SYNTAX", ": the body is no JSON: ")},
             {"[1,\n2]", whole("SYNTAX", ": '[1,\\x0a2]' is no JSON object\r\n")},
             {R"({"ref":)", whole("SYNTAX", ": the body is no JSON: incomplete JSON, at its end")},
         }) {
        const std::string reply = publish("add_batch", text);
        BOOST_TEST(reply.starts_with(expected), text << " gave " << reply);
        BOOST_TEST(std::ranges::all_of(reply.substr(0, reply.size() - 2),
                                       [](char c) { return c >= ' ' && c <= '~'; }));
    }
    const std::string large = R"({"ref":")" + std::string(60'000, 'x') + R"(","sku":"S","qty":1})";
    BOOST_TEST(publish("add_batch", large) ==
               whole("BADNAME", ", field ref: '" + std::string(128, 'x') +
                                    "...' is no batch reference" + name_rule));
    BOOST_TEST(
        publish("change_batch_quantity", R"({"batchref":"b1","qty":-1})") ==
        "-BADQTY no message for change_batch_quantity, field qty: '-1' is no quantity: it is "
        "a whole number from 0 to 1000000000, in digits only\r\n");
    BOOST_TEST(publish("allocate", R"({"orderid":"","sku":"SKU","qty":1})") ==
               "-BADNAME no message for allocate, field orderid: '' is no order id" + name_rule);
}

BOOST_AUTO_TEST_CASE(when_a_reply_waits_for_the_disk_then_a_message_to_itself_does_not_free_it) {
    Desk<HandJournal> lagging;
    lagging.send("HELLO 3\r\nSUBSCRIBE a\r\n");
    (void)lagging.take();
    lagging.send("ADDBATCH b SKU 10\r\nPUBLISH a hi\r\n");
    BOOST_TEST(lagging.take().empty());
    lagging.engine.journal.sync();
    BOOST_TEST(lagging.take().starts_with("+OK\r\n>3\r\n"));
}

BOOST_AUTO_TEST_CASE(when_a_fact_is_not_durable_then_nobody_hears_of_it) {
    Desk<HandJournal> lagging;
    Session listener{lagging.hub, "test:2"};
    listener.subscribe(allot::Channels::Kind::channel, "batch_added");
    lagging.send("ADDBATCH b SKU 10\r\n");
    lagging.hub.channels.deliver(100);
    BOOST_TEST(listener.output().empty());
    lagging.engine.journal.sync();
    lagging.hub.channels.deliver(100);
    BOOST_TEST(!listener.output().empty());
}

BOOST_AUTO_TEST_CASE(when_a_command_is_not_durable_then_nobody_hears_its_message) {
    Desk<HandJournal> lagging;
    Session listener{lagging.hub, "test:2"};
    listener.subscribe(allot::Channels::Kind::channel, "add_batch");
    const auto heard = [&] {
        return allot::test::released(listener.output(), lagging.engine.journal);
    };
    const std::string batch = R"({"ref":"b","sku":"SKU","qty":1})";
    lagging.send(framed({"PUBLISH", "add_batch", batch}));
    BOOST_TEST(lagging.take().empty());
    BOOST_TEST(heard().empty());
    BOOST_TEST(listener.output().holds_beyond(lagging.engine.journal.durable()));
    lagging.engine.journal.sync();
    BOOST_TEST(lagging.take() == ":1\r\n");
    BOOST_TEST(heard() == message("add_batch", batch));
}

BOOST_AUTO_TEST_CASE(when_it_hears_itself_then_messages_are_no_part_of_the_reply) {
    ask("HELLO 3");
    for (int i = 1; i <= 14; ++i) ask("PSUBSCRIBE add_batch" + std::string(i, '*'));
    const std::string batch =
        R"({"ref":"own","sku":"SKU","qty":1)" + std::string(60'000, ' ') + "}";
    const std::string request = framed({"PUBLISH", "add_batch", batch});
    std::string heard;
    for (std::string_view rest = request; !rest.empty();) {
        const auto room = session.prepare();
        const std::size_t n = rest.copy(room.data(), room.size());
        session.received(n);
        rest.remove_prefix(n);
        session.execute();
        desk.hub.end_round();
        heard += take();
    }
    BOOST_TEST(heard.size() > 14 * batch.size());
    BOOST_TEST(heard.ends_with("\r\n:14\r\n"));
    BOOST_TEST(heard.find("-ERR") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(when_patterns_match_no_channel_of_facts_then_no_fact_is_looked_at) {
    ask("PSUBSCRIBE *q line_?");
    ask("SUBSCRIBE allocate");
    BOOST_TEST(!desk.hub.channels.hears_facts());
    ask("PSUBSCRIBE batch_*");
    BOOST_TEST(desk.hub.channels.hears_facts());
    ask("SUBSCRIBE batch_added");
    desk.ask("ADDBATCH b3 OTHER 1");
    const std::string text = R"({"batchref":"b3","sku":"OTHER","qty":1,"eta":null})";
    BOOST_TEST(hear() == "*4\r\n" + bulk("pmessage") + bulk("batch_*") + bulk("batch_added") +
                             bulk(text) + message("batch_added", text));
    ask("PUNSUBSCRIBE batch_*");
    desk.ask("ADDBATCH b4 OTHER 1");
    BOOST_TEST(hear() ==
               message("batch_added", R"({"batchref":"b4","sku":"OTHER","qty":1,"eta":null})"));
    ask("UNSUBSCRIBE");
    BOOST_TEST(!desk.hub.channels.hears_facts());
    desk.ask("ADDBATCH b5 OTHER 1");
    ask("SUBSCRIBE batch_added");  // what happened before is not heard
    BOOST_TEST(hear().empty());
}

BOOST_AUTO_TEST_CASE(when_a_server_has_all_its_patterns_then_the_next_is_refused) {
    for (int i = 0; i < 600; ++i) {
        session.subscribe(allot::Channels::Kind::pattern, "a" + std::to_string(i));
    }
    Session second{desk.hub, "test:second"};
    for (int i = 0; i < 400; ++i) {
        second.subscribe(allot::Channels::Kind::pattern, "b" + std::to_string(i));
    }
    BOOST_TEST(ask("PSUBSCRIBE x*") ==
               "-SYNTAX a server has at most 1000 patterns, those of all its clients: there is no "
               "room for 'x*'\r\n");
    BOOST_TEST(ask("PSUBSCRIBE b0").ends_with(":601\r\n"));  // there already
    BOOST_TEST(ask("SUBSCRIBE x").ends_with(":602\r\n"));
    second.unsubscribe(allot::Channels::Kind::pattern, "b1");
    BOOST_TEST(ask("PSUBSCRIBE x*").ends_with(":603\r\n"));
}

BOOST_AUTO_TEST_CASE(when_there_are_many_patterns_then_a_turn_ends_with_each_publish) {
    const std::string request = framed({"PUBLISH", "x", "hi"});
    const auto turns = [&] {
        const auto room = desk.session.prepare();
        const std::string three = request + request + request;
        desk.session.received(three.copy(room.data(), room.size()));
        int count = 1;
        while (desk.session.execute() == Session::Turn::over) ++count;
        return count;
    };
    for (int i = 0; i < 16; ++i) ask("PSUBSCRIBE p" + std::to_string(i));
    BOOST_TEST(turns() == 1);
    ask("PSUBSCRIBE q");
    BOOST_TEST(turns() == 4);
    BOOST_TEST(desk.take() == ":0\r\n:0\r\n:0\r\n:0\r\n:0\r\n:0\r\n");
}

BOOST_AUTO_TEST_CASE(when_many_bytes_are_told_then_a_turn_ends_with_the_publish) {
    ask("SUBSCRIBE big");
    const auto turns = [&](std::size_t bytes) {
        desk.hub.limits.output_pause_bytes = desk.hub.limits.output_bytes_max = 10'000'000;
        const std::string request = framed({"PUBLISH", "big", std::string(bytes, 'x')});
        int count = 1;
        for (const std::string& each : {request, request}) {
            std::string_view left = each;
            while (!left.empty()) {
                const auto room = desk.session.prepare();
                const std::size_t some = left.copy(room.data(), room.size());
                desk.session.received(some);
                left.remove_prefix(some);
            }
        }
        while (desk.session.execute() == Session::Turn::over) ++count;
        return count;
    };
    std::vector<std::unique_ptr<Session>> more;
    for (int i = 0; i < 9; ++i) {
        more.push_back(std::make_unique<Session>(desk.hub, "test:more"));
        BOOST_TEST(more.back()->subscribe(allot::Channels::Kind::channel, "big"));
    }
    BOOST_TEST(turns(26'000) == 1);
    BOOST_TEST(turns(27'000) == 3);
}

BOOST_AUTO_TEST_CASE(when_the_name_of_a_channel_is_too_long_then_nothing_is_tried_against_it) {
    const std::string long_name(257, 'a');
    const std::string why = "-SYNTAX '" + std::string(128, 'a') +
                            "...' is no name of a channel: it has at most 256 bytes, not 257\r\n";
    BOOST_TEST(publish(long_name, "x") == why);
    BOOST_TEST(publish(std::string(256, 'a'), "x") == ":0\r\n");
    BOOST_TEST(desk.ask("PUBSUB CHANNELS " + long_name) == why);
}

BOOST_AUTO_TEST_CASE(when_it_takes_nothing_then_it_is_dropped_and_others_go_on) {
    ask("SUBSCRIBE big");
    const std::string text(60'000, 'x');
    for (int i = 0; i < 20 && !session.drops(); ++i) {
        desk.send(framed({"PUBLISH", "big", text}));
        (void)desk.take();
    }
    BOOST_TEST(session.drops());
    BOOST_TEST(desk.hub.counters.of(Drop::output_limit) == 1U);
    BOOST_TEST(desk.ask("AVAILABLE SKU") == ":20\r\n");
}

BOOST_AUTO_TEST_CASE(when_it_takes_nothing_of_what_happens_then_it_is_dropped) {
    ask("SUBSCRIBE batch_added");
    desk.hub.limits.output_bytes_max = 2'000;
    Session other{desk.hub, "test:other"};
    int told = 0;
    other.on_output([&] { ++told; });
    BOOST_TEST(other.subscribe(allot::Channels::Kind::pattern, "*"));
    const std::size_t message_bytes_max = 300;
    for (int i = 3; i < 60; ++i) {
        desk.ask("ADDBATCH b" + std::to_string(i) + " SKU 10");
        if (i % 3 == 0) desk.hub.channels.deliver(100);
        if (i % 3 == 0) (void)allot::test::released(other.output(), desk.engine.journal);
        BOOST_TEST(session.output().bytes() < 2'000 + message_bytes_max);
    }
    BOOST_TEST(session.drops());
    BOOST_TEST(!other.drops());
    BOOST_TEST(told == 19);  // once for all that there was each time
    BOOST_TEST(desk.hub.counters.of(Drop::output_limit) == 1U);
}

BOOST_AUTO_TEST_CASE(when_very_many_hear_of_facts_then_fewer_are_delivered_at_once) {
    std::vector<std::unique_ptr<Session>> more;
    for (int i = 0; i < 1'000; ++i) {
        more.push_back(std::make_unique<Session>(desk.hub, "test:more"));
        BOOST_TEST(more.back()->subscribe(allot::Channels::Kind::channel, "batch_added"));
    }
    for (int i = 3; i < 103; ++i) desk.ask("ADDBATCH b" + std::to_string(i) + " SKU 10");
    desk.hub.channels.deliver(256);
    BOOST_TEST(desk.hub.channels.delivered() == 65'000U);
    BOOST_TEST(desk.hub.channels.has_facts());
    desk.hub.channels.deliver(256);
    BOOST_TEST(desk.hub.channels.delivered() == 100'000U);
}

BOOST_AUTO_TEST_CASE(when_it_listens_to_too_much_then_it_is_told) {
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST(session.subscribe(allot::Channels::Kind::channel, std::to_string(i)));
    }
    BOOST_TEST(ask("SUBSCRIBE more") ==
               "-SYNTAX a client has at most 1000 subscriptions: there is no room for 'more'\r\n");
    BOOST_TEST(ask("SUBSCRIBE " + std::string(257, 'x'))
                   .ends_with("is no name of a channel: it has at most 256 bytes, not 257\r\n"));
    BOOST_TEST(session.buffer_bytes() > 256'000U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_a_server_with_listeners)

BOOST_AUTO_TEST_CASE(when_many_listen_then_each_hears_each_fact_once_and_in_order) {
    TestServer server;
    server.engine.journal.sync_at_once();
    std::vector<std::unique_ptr<TestClient>> listeners;
    const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$11\r\nbatch_added\r\n:1\r\n";
    for (int i = 0; i < 10; ++i) {
        auto& one = *listeners.emplace_back(std::make_unique<TestClient>(server));
        BOOST_TEST(one.ask("SUBSCRIBE batch_added", confirmed) == confirmed);
    }
    TestClient worker{server};
    constexpr int facts = 1000;
    std::string commands;
    std::string replies;
    std::string expected;
    for (int i = 0; i < facts; ++i) {
        const std::string ref = "b" + std::to_string(i);
        commands += "ADDBATCH " + ref + " SKU 1\r\n";
        replies += "+OK\r\n";
        expected += message("batch_added",
                            R"({"batchref":")" + ref + R"(","sku":"SKU","qty":1,"eta":null})");
    }
    worker.send(commands);
    BOOST_TEST((worker.receive(replies) == replies));
    for (const auto& listener : listeners) BOOST_TEST((listener->receive(expected) == expected));
}

BOOST_AUTO_TEST_CASE(when_a_listener_goes_then_the_others_hear_on) {
    TestServer server;
    server.engine.journal.sync_at_once();
    TestClient stays{server};
    const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
    BOOST_TEST(stays.ask("SUBSCRIBE a", confirmed) == confirmed);
    {
        TestClient goes{server};
        BOOST_TEST(goes.ask("SUBSCRIBE a", confirmed) == confirmed);
    }
    BOOST_TEST(eventually([&] { return server.clients() == 1U; }));
    TestClient worker{server};
    BOOST_TEST(worker.ask("PUBLISH a hi", ":1\r\n") == ":1\r\n");
    BOOST_TEST(stays.receive(message("a", "hi")) == message("a", "hi"));
}

/// 40 listeners of one channel, whose messages together are more than all may hold.
struct FannedOut {
    TestServer server{{.clients_memory_max = 1024U * 1024}};
    std::vector<std::unique_ptr<TestClient>> listeners;
    TestClient worker{server};
    std::string text = std::string(60'000, 'x');
    std::string request = framed({"PUBLISH", "a", text});

    FannedOut() {
        server.engine.journal.sync_at_once();
        const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
        for (int i = 0; i < 40; ++i) {
            auto& one = *listeners.emplace_back(std::make_unique<TestClient>(server));
            BOOST_TEST(one.ask("SUBSCRIBE a", confirmed) == confirmed);
        }
    }
    std::size_t held() {
        return server.on_server([](allot::Server& each) { return each.buffer_bytes(); });
    }
};

BOOST_AUTO_TEST_CASE(when_one_message_to_many_is_more_than_all_may_hold_then_each_hears_it) {
    FannedOut crowd;
    for (int i = 0; i < 3; ++i) {
        crowd.worker.send(crowd.request);
        BOOST_TEST(crowd.worker.receive(std::size_t{5}) == ":40\r\n");
        const std::string heard = message("a", crowd.text);
        for (const auto& listener : crowd.listeners) {
            BOOST_TEST((listener->receive(heard) == heard));
        }
    }
    BOOST_TEST(crowd.server.counters().of(Drop::clients_memory) == 0U);
    BOOST_TEST(crowd.held() <= 1024U * 1024);
}

BOOST_AUTO_TEST_CASE(
    when_sockets_of_many_take_no_more_then_some_are_dropped_and_the_sender_is_not) {
    FannedOut crowd;
    std::string heard;
    for (int i = 0; i < 400 && crowd.server.counters().of(Drop::clients_memory) == 0; ++i) {
        crowd.worker.send(crowd.request);
        heard = crowd.worker.receive(std::size_t{5});
        BOOST_TEST_REQUIRE(heard == ":40\r\n");
        BOOST_TEST(crowd.held() <= 1024U * 1024);
    }
    const auto dropped = crowd.server.counters().of(Drop::clients_memory);
    BOOST_TEST(dropped > 0U);
    BOOST_TEST(dropped < 40U);
    BOOST_TEST(crowd.worker.ask("PING", "+PONG\r\n") == "+PONG\r\n");
}

BOOST_AUTO_TEST_CASE(when_listeners_do_not_read_then_they_are_dropped_and_nobody_waits) {
    TestServer server;
    server.engine.journal.sync_at_once();
    TestClient slow{server};
    const std::string confirmed = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
    BOOST_TEST(slow.ask("SUBSCRIBE a", confirmed) == confirmed);
    TestClient worker{server};
    const std::string request = framed({"PUBLISH", "a", std::string(60'000, 'x')});
    for (int i = 0; i < 1'000; ++i) {
        worker.send(request);
        const std::string heard = worker.receive(std::size_t{4});
        if (heard == ":0\r\n") break;
        BOOST_TEST_REQUIRE(heard == ":1\r\n");
    }
    BOOST_TEST(worker.ask("PING", "+PONG\r\n") == "+PONG\r\n");
    BOOST_TEST(server.counters().of(Drop::output_limit) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_channels_of_facts)

BOOST_AUTO_TEST_CASE(when_a_fact_has_a_channel_then_nobody_else_may_publish_there) {
    const allot::OrderLine line{"o", "SKU", 1};
    for (const allot::Fact& fact :
         {allot::Fact{allot::BatchAdded{"SKU", "b", 1, allot::Eta::warehouse()}},
          allot::Fact{allot::BatchQuantityChanged{"SKU", "b", 1, 2}},
          allot::Fact{allot::BatchRescheduled{"SKU", "b", allot::Eta::warehouse(), "2011-01-02"}},
          allot::Fact{allot::LineAllocated{line, "b"}},
          allot::Fact{allot::LineDeallocated{line, "b", 1}},
          allot::Fact{allot::OutOfStock{line}}}) {
        BOOST_TEST(allot::is_fact_channel(allot::parts_of(fact).event));
    }
    BOOST_TEST(!allot::is_fact_channel("allocate"));
}

BOOST_AUTO_TEST_SUITE_END()

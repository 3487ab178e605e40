// Messages that are commands: their effects, and the errors of invalid ones.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "net/core/rate_limited_log.hpp"
#include "tests/net/transport/listening.hpp"

namespace {

using allot::RespSession;
using allot::test::framed;
using allot::test::HandJournal;
using allot::test::ListeningFixture;
using allot::test::message;
using allot::test::RespFixture;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_a_session_with_subscriptions, ListeningFixture)

BOOST_AUTO_TEST_CASE(when_messages_are_commands_then_they_are_executed_or_refused_with_the_reason) {
    ask("SUBSCRIBE allocate");
    const std::string order = R"({"orderid":"o1","sku":"SKU","qty":2})";
    BOOST_TEST(publish("allocate", order) == ":1\r\n");
    BOOST_TEST(take() == message("allocate", order));
    BOOST_TEST(fixture.ask("ALLOCATIONS o1") == "*1\r\n*3\r\n+SKU\r\n:2\r\n+b1\r\n");
    BOOST_TEST(publish("add_batch", R"({"ref":"n1","sku":"NEW","qty":1,"eta":"2011-01-02"})") ==
               ":0\r\n");
    BOOST_TEST(publish("add_batch", R"({"ref":"n2","sku":"NEW","qty":1,"eta":null})") == ":0\r\n");
    BOOST_TEST(
        fixture.ask("STOCK NEW") ==
        "*2\r\n*4\r\n+n2\r\n+warehouse\r\n:1\r\n:1\r\n*4\r\n+n1\r\n+2011-01-02\r\n:1\r\n:1\r\n");
    const auto last = fixture.engine.journal.last();
    for (const auto& [channel, text, why] : {
             std::tuple{"allocate", R"({"orderid":"o9","sku":"NOPE","qty":2})", "-INVALIDSKU "},
             {"allocate", R"({"orderid":"o9","sku":"SKU","qty":0})", "-BADQTY "},
             {"allocate", R"({"orderid":"o9 ","sku":"SKU","qty":1})", "-BADNAME "},
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
    BOOST_TEST(fixture.engine.journal.last() == last);
    BOOST_TEST(take().empty());
}

BOOST_AUTO_TEST_CASE(when_a_message_breaks_a_rule_then_field_value_and_rule_are_named_escaped) {
    const auto whole = [](std::string_view code, std::string_view rest) {
        return "-" + std::string{code} + " no message for add_batch" + std::string{rest};
    };
    const std::string quantity_rule = ": expected an integer from 1 to 1000000000\r\n";
    const std::string date_rule =
        ": expected YYYY-MM-DD, from 0001-01-01 to 9999-12-31, or warehouse\r\n";
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
              whole("BADNAME",
                    ", field ref: invalid batch reference 'b\\x0d\\x0a': a name may not "
                    "contain U+000D\r\n")},
             {R"({"ref":"b","sku":7,"qty":1})",
              whole("BADNAME",
                    ", field sku: invalid SKU '7': a name is a string of 1 to 64 bytes of "
                    "UTF-8\r\n")},
             {R"({"ref":"b","sku":"S","qty":"1"})",
              whole("BADQTY", ", field qty: invalid quantity '\"1\"'" + quantity_rule)},
             {R"({"ref":"b","sku":"S","qty":0})",
              whole("BADQTY", ", field qty: invalid quantity '0'" + quantity_rule)},
             {R"({"ref":"b","sku":"S","qty":1,"eta":"soon"})",
              whole("BADDATE", ", field eta: invalid date 'soon'" + date_rule)},
             {R"({"ref":"b","sku":"S","qty":1,"eta":{"\u0007":[]}})",
              whole("BADDATE", ", field eta: invalid date '{\"\\x5cu0007\":[]}'" + date_rule)},
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
               whole("BADNAME", ", field ref: invalid batch reference '" + std::string(128, 'x') +
                                    "...': a name has 1 to 64 bytes of "
                                    "UTF-8, not 60000\r\n"));
    BOOST_TEST(
        publish("change_batch_quantity", R"({"batchref":"b1","qty":-1})") ==
        "-BADQTY no message for change_batch_quantity, field qty: invalid quantity '-1': expected "
        "an integer from 0 to 1000000000\r\n");
    BOOST_TEST(
        publish("allocate", R"({"orderid":"","sku":"SKU","qty":1})") ==
        "-BADNAME no message for allocate, field orderid: invalid order id '': a name has 1 to 64 "
        "bytes of UTF-8, not 0\r\n");
}

BOOST_AUTO_TEST_CASE(when_messages_are_invalid_then_the_log_has_some_of_them_and_their_number) {
    std::vector<std::string> logged;
    fixture.context.warnings =
        allot::RateLimitedLog{[&](std::string_view text) { logged.emplace_back(text); }};
    fixture.context.clock.now += std::chrono::hours{1};
    publish("allocate", R"({"orderid":"o","sku":"SKU","qty":99})");  // refused, and no mistake
    publish("allocate", R"({"orderid":"o","sku":"SKU","qty":0})");
    publish("add_batch", "{\r\n\x1b[2J");
    BOOST_REQUIRE(logged.size() == 2U);
    BOOST_TEST(logged[0].starts_with(
        "a message that is no command was published: channel allocate, "
        "by test:1, BADQTY no message for allocate, field qty: invalid quantity '0'"));
    BOOST_TEST(logged[1].ends_with(R"(it is '{\x0d\x0a\x1b[2J')"), logged[1]);
    for (int i = 0; i < 100; ++i) publish("allocate", "{");
    BOOST_TEST(logged.size() == allot::RateLimitedLog::lines_max);
    fixture.context.clock.now += std::chrono::minutes{1};
    publish("allocate", "{");
    BOOST_REQUIRE(logged.size() == allot::RateLimitedLog::lines_max + 1);
    BOOST_TEST(logged.back().ends_with("(92 before it were not logged)"), logged.back());
}

BOOST_AUTO_TEST_CASE(when_a_command_is_not_durable_then_no_subscriber_gets_its_message) {
    RespFixture<HandJournal> lagging;
    RespSession listener{lagging.context, "test:2"};
    (void)listener.subscriptions().add(allot::PubSub::Kind::channel, "add_batch");
    const auto received = [&] {
        return allot::test::released(listener.output(), lagging.engine.journal);
    };
    const std::string batch = R"({"ref":"b","sku":"SKU","qty":1})";
    lagging.send(framed({"PUBLISH", "add_batch", batch}));
    BOOST_TEST(lagging.take().empty());
    BOOST_TEST(received().empty());
    BOOST_TEST(listener.output().holds_beyond(lagging.engine.journal.durable()));
    lagging.engine.journal.sync();
    BOOST_TEST(lagging.take() == ":1\r\n");
    BOOST_TEST(received() == message("add_batch", batch));
}

BOOST_AUTO_TEST_SUITE_END()

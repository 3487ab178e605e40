#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <charconv>
#include <set>
#include <string>
#include <vector>

#include "net/commands/registry.hpp"
#include "tests/net/fakes.hpp"

namespace {

using allot::CommandSpec;
using allot::SessionLimits;
using allot::test::framed;
using allot::test::HandJournal;
using allot::test::RespFixture;

using Arguments = std::vector<std::string>;

std::string framed_arguments(const Arguments& words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) {
        bytes.append("$").append(std::to_string(word.size())).append("\r\n");
        bytes.append(word).append("\r\n");
    }
    return bytes;
}

/// The texts of all status replies among these replies, at any depth.
std::set<std::string> statuses_in(std::string_view replies) {
    std::set<std::string> words;
    while (!replies.empty()) {
        const std::size_t end = replies.find("\r\n");
        const std::string_view line = replies.substr(1, end - 1);
        const char kind = replies.front();
        replies.remove_prefix(end + 2);
        if (kind == '+') words.emplace(line);
        if (kind != '$' && kind != '=') continue;
        int size = 0;
        std::from_chars(line.data(), line.data() + line.size(), size);
        if (size >= 0) replies.remove_prefix(static_cast<std::size_t>(size) + 2);
    }
    return words;
}

struct FormsFixture : RespFixture<HandJournal> {
    FormsFixture() {
        engine.journal.sync_at_once();
        send(
            "ADDBATCH b LAMP 20\r\nADDBATCH c LAMP 5 2030-01-02\r\nALLOCATE o LAMP 2\r\n"
            "ALLOCATE p LAMP 500\r\nCLIENT SETNAME me\r\n");
        (void)take();
    }
    std::string ask_framed(const Arguments& words) {
        send(framed_arguments(words));
        return take();
    }
};

/// A request of every command that replies with data.
const std::vector<Arguments> data_requests{{"ALLOCATE", "o", "LAMP", "2"},
                                           {"ALLOCATE", "q", "LAMP", "1", "LAMP", "2"},
                                           {"EXPLAIN", "r", "LAMP", "3", "LAMP", "500"},
                                           {"ALLOCATIONS", "o"},
                                           {"SHORTAGES"},
                                           {"STOCK", "LAMP"},
                                           {"FEED", "1"},
                                           {"HELP"},
                                           {"HELP", "ALLOCATE"},
                                           {"HELLO", "2"},
                                           {"HELLO", "3"},
                                           {"ECHO", "x"},
                                           {"PING", "x"},
                                           {"INFO"},
                                           {"COMMAND"},
                                           {"COMMAND", "LIST"},
                                           {"COMMAND", "DOCS"},
                                           {"COMMAND", "HELP"},
                                           {"CLIENT", "LIST"},
                                           {"CLIENT", "GETNAME"},
                                           {"CLIENT", "HELP"},
                                           {"CONFIG", "GET", "*"},
                                           {"PUBSUB", "CHANNELS"},
                                           {"PUBSUB", "HELP"},
                                           {"SLOWLOG", "GET"},
                                           {"SLOWLOG", "HELP"},
                                           {"SUBSCRIBE", "a"},
                                           {"PSUBSCRIBE", "a*"},
                                           {"UNSUBSCRIBE"},
                                           {"PUNSUBSCRIBE"}};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(given_requests_of_both_forms, FormsFixture)

BOOST_AUTO_TEST_CASE(when_a_framed_request_gets_data_then_none_of_it_is_a_status) {
    for (const Arguments& words : data_requests) {
        const std::string reply = ask_framed(words);
        BOOST_TEST(!reply.empty(), words[0]);
        BOOST_TEST(!reply.starts_with('-'), words[0] << " " << reply);
        BOOST_TEST(statuses_in(reply).empty(), words[0] << " " << reply);
    }
}

BOOST_AUTO_TEST_CASE(when_a_framed_request_gets_no_data_then_the_reply_is_a_status) {
    BOOST_TEST(ask_framed({"PING"}) == "+PONG\r\n");
    BOOST_TEST(ask_framed({"ADDBATCH", "b", "LAMP", "20"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"RESCHEDULE", "c", "2030-01-03"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"RECEIVE", "c"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"CLIENT", "SETNAME", "x"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"SELECT", "0"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"SLOWLOG", "RESET"}) == "+OK\r\n");
    BOOST_TEST(ask_framed({"RESET"}) == "+RESET\r\n");
    BOOST_TEST(ask_framed({"QUIT"}) == "+OK\r\n");
}

BOOST_AUTO_TEST_CASE(when_every_command_is_sent_framed_then_all_statuses_are_known) {
    const std::set<std::string> known{"OK", "PONG", "RESET", "QUEUED"};
    for (const CommandSpec& spec : allot::command_table()) {
        for (std::size_t args = 0; args < 5; ++args) {
            FormsFixture fresh;
            Arguments words{std::string{spec.name}};
            words.insert(words.end(), args, "1");
            for (const std::string& word : statuses_in(fresh.ask_framed(words))) {
                BOOST_TEST(known.contains(word), spec.name << ": " << word);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(when_an_inline_request_gets_data_then_it_is_readable_lines) {
    BOOST_TEST(ask("ALLOCATE o LAMP 2") == "+b\r\n");
    BOOST_TEST(ask("ALLOCATE q LAMP 1 LAMP 2") == "*2\r\n+b\r\n+b\r\n");
    BOOST_TEST(ask("STOCK LAMP") ==
               "*2\r\n*4\r\n+b\r\n+warehouse\r\n:20\r\n:15\r\n"
               "*4\r\n+c\r\n+2030-01-02\r\n:5\r\n:5\r\n");
    BOOST_TEST(ask("FEED 2 COUNT 1") ==
               "*2\r\n+00000000000000a1:2\r\n"
               "*1\r\n*4\r\n:2\r\n:1600000000000000\r\n+batch_added\r\n*8\r\n+batch\r\n+c\r\n"
               "+sku\r\n+LAMP\r\n+quantity\r\n:5\r\n+eta\r\n+2030-01-02\r\n");
    BOOST_TEST(ask("HELP QUIT").starts_with("*"));
    BOOST_TEST(statuses_in(ask("HELP QUIT")).size() > 1U);
}

BOOST_AUTO_TEST_CASE(when_the_same_request_is_framed_then_the_reply_has_bulk_strings) {
    BOOST_TEST(ask_framed({"ALLOCATE", "o", "LAMP", "2"}) == "$1\r\nb\r\n");
    BOOST_TEST(ask_framed({"ALLOCATIONS", "o"}) == "*1\r\n*3\r\n$4\r\nLAMP\r\n:2\r\n$1\r\nb\r\n");
    BOOST_TEST(ask_framed({"SHORTAGES"}) == "*1\r\n*4\r\n$1\r\np\r\n$4\r\nLAMP\r\n:500\r\n:4\r\n");
    BOOST_TEST(ask_framed({"STOCK", "LAMP"}) ==
               "*2\r\n*4\r\n$1\r\nb\r\n$9\r\nwarehouse\r\n:20\r\n:18\r\n"
               "*4\r\n$1\r\nc\r\n$10\r\n2030-01-02\r\n:5\r\n:5\r\n");
    BOOST_TEST(ask_framed({"EXPLAIN", "r", "LAMP", "19"}) ==
               "*3\r\n$36\r\nr LAMP 19: Out of stock for sku LAMP\r\n"
               "$39\r\n  b, warehouse, 18 available: too small\r\n"
               "$39\r\n  c, 2030-01-02, 5 available: too small\r\n");
    BOOST_TEST(ask_framed({"FEED", "3", "COUNT", "1"}) ==
               "*2\r\n$18\r\n00000000000000a1:3\r\n"
               "*1\r\n*4\r\n:3\r\n:1600000000000000\r\n$14\r\nline_allocated\r\n*8\r\n"
               "$5\r\norder\r\n$1\r\no\r\n$3\r\nsku\r\n$4\r\nLAMP\r\n$8\r\nquantity\r\n:2\r\n"
               "$5\r\nbatch\r\n$1\r\nb\r\n");
}

BOOST_AUTO_TEST_CASE(when_forms_alternate_in_a_pipeline_then_each_reply_has_that_of_its_request) {
    const std::string typed = "ALLOCATE o LAMP 2\r\n";
    const std::string sent = framed({"ALLOCATE", "o", "LAMP", "2"});
    send(typed + sent + sent + typed + "PING\r\n" + sent + framed({"PING"}) + typed);
    BOOST_TEST(take() == "+b\r\n$1\r\nb\r\n$1\r\nb\r\n+b\r\n+PONG\r\n$1\r\nb\r\n+PONG\r\n+b\r\n");
    // An array whose lengths have many digits takes another way through the parser.
    send("*4\r\n$8\r\nALLOCATE\r\n$1\r\no\r\n$4\r\nLA");
    send("MP\r\n$1\r\n2\r\n" + typed);
    BOOST_TEST(take() == "$1\r\nb\r\n+b\r\n");
}

BOOST_AUTO_TEST_CASE(when_a_feed_is_answered_later_then_it_has_the_form_of_its_request) {
    allot::RespSession waits{context, "test:2"};
    for (const bool is_framed : {true, false}) {
        const std::string from = std::to_string(engine.journal.last() + 1);
        const std::string request =
            is_framed ? framed({"FEED", from, "BLOCK", "0"}) : "FEED " + from + " BLOCK 0\r\n";
        // The next request, in the other form, is not executed before it.
        const std::string bytes = request + (is_framed ? "PING\r\n" : framed({"PING"}));
        waits.received(bytes.copy(waits.prepare().data(), bytes.size()));
        BOOST_TEST((waits.execute() == allot::RespSession::ExecuteResult::blocked));
        ask("SETQTY c " + std::to_string(is_framed ? 6 : 7));
        (void)waits.execute();
        context.store.unlock();
        const std::string received = allot::test::released(waits.output(), engine.journal);
        BOOST_TEST(allot::test::contains(received, is_framed ? "$22\r\nbatch_quantity_changed\r\n"
                                                             : "+batch_quantity_changed\r\n"));
        BOOST_TEST(received.ends_with("+PONG\r\n"));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(given_the_smallest_output_that_may_be_configured)

/// 64 bytes, the longest there is.
std::string name_of_64(std::string_view begins, int number) {
    std::string name{begins};
    name += std::to_string(number);
    name.resize(64, 'x');
    return name;
}

BOOST_AUTO_TEST_CASE(when_an_order_has_a_thousand_long_lines_then_every_reply_fits) {
    SessionLimits limits;
    limits.set_output_bytes_max(512 * allot::kibibyte);
    RespFixture<> fixture{limits};
    const std::string order = name_of_64("order", 0);
    const auto answers = [&](const Arguments& words) {
        fixture.send(framed_arguments(words));
        return fixture.take();
    };
    Arguments short_lines;
    Arguments lines{"ALLOCATE", order};
    for (int i = 0; i < 1000; ++i) {
        const std::string sku = name_of_64("sku", i);
        answers({"ADDBATCH", name_of_64("batch", i), sku, "999999999", "2030-01-01"});
        answers({"ALLOCATE", order, sku, "1000000000"});
        lines.insert(lines.end(), {sku, "999999999"});
        short_lines.insert(short_lines.end(), {sku, "1000000000"});
    }
    Arguments explain{"EXPLAIN", order};
    explain.insert(explain.end(), short_lines.begin(), short_lines.end());
    // For each line a row for the line, and one with the reason for its batch.
    BOOST_TEST(answers(explain).starts_with("*2000\r\n"));
    BOOST_TEST(answers({"SHORTAGES"}).starts_with("*1000\r\n"));
    BOOST_TEST(answers(lines).starts_with("*1000\r\n$64\r\n"));
    BOOST_TEST(answers({"ALLOCATIONS", order}).starts_with("*1000\r\n*3\r\n$64\r\n"));
    lines[0] = "EXPLAIN";
    BOOST_TEST(answers(lines).starts_with("*2000\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()
